// How a stream that broke off may be gone on with. The provider cannot resume it; a new request can.
#pragma once

#include <reroute/message/message.hpp>
#include <reroute/message/message_request.hpp>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace reroute {

/// What to send after a stream broke off, so that the model goes on where it was. It is a new request,
/// which is billed anew; nobody promises that the two texts fit together without a seam. Only text can
/// be gone on with: tool uses and thinking that broke off begin again.
class resume_hint {
 public:
  enum class way : std::uint8_t {
    restart,  ///< nothing to go on from: send the same request again
    prefill,  ///< models up to 4.5: the text so far becomes the beginning of the assistant's turn
    ask_again  ///< newer models, which refuse a prefill: a user's turn quotes the text and asks for more
  };

  /// `restart`.
  resume_hint() = default;
  /// By the model that answered and the text that came. A model whose version cannot be told is taken
  /// for a new one. (docs.anthropic.com, "Streaming", error recovery.)
  explicit resume_hint(const message& received);

  [[nodiscard]] way how() const noexcept { return how_; }
  /// The text to go on from; its white space at the end is cut where the API refuses it.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// `original`, changed so that the model goes on. The new answer begins behind `text()`.
  [[nodiscard]] message_request apply(message_request original) const;

 private:
  way how_ = way::restart;
  std::string text_;
};

[[nodiscard]] std::string_view to_string(resume_hint::way value) noexcept;
std::ostream& operator<<(std::ostream& out, resume_hint::way value);

}  // namespace reroute
