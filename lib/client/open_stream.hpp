// A stream whose caller reads it: what the engine and the attempt's coroutine keep of it.
#pragma once

#include <reroute/client/message_stream.hpp>
#include <reroute/client/stream_guards.hpp>
#include <reroute/io/transport.hpp>
#include <reroute/route/credential.hpp>

#include "client/call.hpp"
#include "client/stream_reader.hpp"
#include "client/stream_watch.hpp"
#include "io/bell.hpp"
#include "io/deadlines.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reroute::detail {

class engine;

/// What an attempt has brought when its first content is there.
struct stream_beginning {
  stream_beginning(std::unique_ptr<response_body> from, stream_watch guard, bool limits_told,
                   access_token used)
      : body(std::move(from)), watch(guard), told(limits_told), token(std::move(used)) {}

  std::unique_ptr<response_body> body;
  std::unique_ptr<const std::string> text;  // what `reader` reads where a whole message came
  stream_reader reader;                     // may hold more events of the last piece
  stream_watch watch;
  std::vector<stream_event> events;  // up to the first content
  bool last = false;                 // the body has ended
  bool told;                         // the head has said what is left of the limits
  access_token token;                // never to be shown
};

/// What the engine knows of the call when its first content is there.
struct stream_call {
  std::uint64_t id = 0;
  time_point began{};
  time_point deadline = time_point::max();
  time_point attempt_over = time_point::max();
  std::size_t line = 0;  // of the attempt, in the story
  outcome story;
};

/// On the client's strand, but for `abandoned`. The coroutine of the attempt reads a piece when it is
/// asked to; events are taken out of the piece one by one, as the caller asks for them.
class open_stream : public std::enable_shared_from_this<open_stream> {
 public:
  open_stream(std::shared_ptr<engine> owner, const stream_guards& guards, bool pings);
  open_stream(const open_stream&) = delete;
  open_stream& operator=(const open_stream&) = delete;
  ~open_stream();

  /// Of the client: where handlers run, and where the stream's work does.
  [[nodiscard]] const asio::any_io_executor& executor() const;
  [[nodiscard]] const asio::any_io_executor& strand() const;
  [[nodiscard]] const stream_guards& guards() const { return guards_; }
  [[nodiscard]] bool wants(stream_event_type type) const {
    return pings_ || type != stream_event_type::ping;
  }

  // -- the engine
  void open(std::shared_ptr<flight> on, stream_beginning from, stream_call of);
  /// Ends it from outside, unless it has ended.
  void end(reroute::stopped why, normalized_error error);
  void cancel();
  /// The transport threw; `why` says what.
  void collapse(std::string_view why);
  /// The execution context is going down.
  void abandon() noexcept;
  std::size_t place = 0;  // in the engine's list

  // -- the caller
  /// An event or the end, if one is there.
  [[nodiscard]] bool poll(stream_step& out);
  /// `number` names this read, for `cancel_read`.
  void wait(std::uint64_t number, completion_ptr_for<stream_step> handler);
  void cancel_read(std::uint64_t number);
  /// The caller wants no more of it.
  void drop();
  [[nodiscard]] bool abandoned() const { return abandoned_; }

  // -- the coroutine
  /// Returns when bytes are wanted, or when it is over.
  asio::awaitable<void> asked() { return demand_.wait(); }
  [[nodiscard]] bool over() const { return ended_ != nullptr; }
  [[nodiscard]] bool whole() const { return begun_->reader.whole(); }
  void reading();
  void heard(const body_piece& piece);
  [[nodiscard]] response_body* body() const { return begun_->body.get(); }
  void let_go_of_body();
  /// The rest of a whole body may be read, for the connection's sake, but not for long.
  void draining();

  [[nodiscard]] const std::shared_ptr<flight>& under_way() const { return on_; }
  [[nodiscard]] const stream_call& of() const { return *of_; }
  [[nodiscard]] bool told() const { return begun_->told; }
  [[nodiscard]] const token_usage& usage() const { return usage_; }
  /// Bytes of text that came: for an estimate where no usage was told.
  [[nodiscard]] std::size_t text_bytes() const { return text_bytes_; }

 private:
  void complete(completion_ptr_for<stream_step> handler, stream_step step);
  void time_is_up(reroute::stopped why, errc code);
  void guard_rang();
  void over_rang();
  void serve();
  void count(const stream_event& each);
  void close(reroute::stopped why, normalized_error error);
  [[nodiscard]] normalized_error broken(std::error_code code, std::string_view detail = {}) const;
  [[nodiscard]] normalized_error after_content(normalized_error error) const;

  std::shared_ptr<engine> engine_;
  stream_guards guards_;
  bool pings_;
  std::atomic<bool> abandoned_ = false;
  std::shared_ptr<flight> on_;  // null until it is open
  std::optional<stream_beginning> begun_;
  std::optional<stream_call> of_;
  std::size_t handed_out_ = 0;  // of the first events
  transport_error failed_;
  token_usage usage_;
  std::shared_ptr<const outcome> ended_;
  completion_ptr_for<stream_step> waiting_;
  std::uint64_t waiting_number_ = 0;
  bell demand_;
  std::optional<deadlines::hold> running_;
  errc guard_says_ = errc::idle_timeout;
  errc over_says_ = errc::deadline_exceeded;
  std::size_t text_bytes_ = 0;
  std::optional<deadline> guard_, over_;  // until the end: it may be destroyed on any thread
};

}  // namespace reroute::detail
