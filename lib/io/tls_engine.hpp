// A TLS client without I/O: ciphertext in, ciphertext out, and the plain bytes between.
#pragma once

#include <reroute/error/errc.hpp>
#include <reroute/io/transport.hpp>

#include "io/openssl_handles.hpp"
#include "io/tls_context.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace reroute::detail {

// what is offered by ALPN: each name behind its length
inline constexpr std::string_view alpn_http1 = "\x08http/1.1";
inline constexpr std::string_view alpn_http2_or_1 = "\x02h2\x08http/1.1";

/// One side of one TLS connection, over memory.
///
/// The owner moves bytes: it sends `output()` and calls `drop_output`, and gives what came to
/// `input`. Nothing that is written leaves before the handshake is done, and the handshake is done
/// only when the peer's certificate and name are verified.
class tls_engine {
 public:
  /// Prepares a handshake with `host` (a name, or an IP literal without brackets). `origin` keys
  /// the sessions to resume. `alpn` is the list of protocols to offer, each behind its length. `outer`
  /// is the connection that this one goes through, as an https proxy's tunnel does: its handshake is done.
  /// Then all bytes to and from the owner are the outer one's.
  tls_engine(tls_context& context, std::string_view host, std::string_view origin,
             std::string_view alpn, std::unique_ptr<tls_engine> outer = nullptr);
  tls_engine(const tls_engine&) = delete;
  tls_engine& operator=(const tls_engine&) = delete;
  ~tls_engine();

  /// How far a step got.
  enum class status : std::uint8_t {
    done,        ///< handshake: verified; read: `size` bytes
    want_input,  ///< give more ciphertext
    closed,      ///< read: the peer said close_notify
    failed,      ///< see `error()`
  };
  struct read_result {
    status state = status::want_input;
    std::size_t size = 0;
  };

  /// Moves the handshake on. Send `output()` after each step, after a failure as well: it is the
  /// alert.
  [[nodiscard]] status handshake();
  /// Ciphertext from the peer. The bytes must stay where they are until `input_empty()`.
  void input(std::string_view bytes) noexcept {
    if (outer_) return outer_->input(bytes);
    input_ = bytes;
  }
  [[nodiscard]] bool input_empty() const noexcept {
    return outer_ ? outer_->input_empty() : input_.empty();
  }
  /// The peer's bytes ended. Without close_notify that is an attack or an accident: reading fails.
  void input_end() noexcept { outer_ ? outer_->input_end() : void(ended_ = true); }

  /// Encrypts into `output()`. Only after the handshake. False: failed.
  [[nodiscard]] bool write(std::string_view bytes);
  /// Decrypts what came.
  [[nodiscard]] read_result read(std::span<char> into);
  /// Adds close_notify to `output()`.
  void close();

  [[nodiscard]] std::string_view output() const noexcept {
    return outer_ ? outer_->output() : std::string_view(output_).substr(sent_);
  }
  /// The first `size` bytes of `output()` have been sent.
  void drop_output(std::size_t size) noexcept;

  /// True if all that came has been read, to the end of a record.
  [[nodiscard]] bool between_records() const noexcept;

  [[nodiscard]] const transport_error& error() const noexcept { return error_; }
  /// The protocol that the peer chose, or empty.
  [[nodiscard]] std::string_view alpn() const noexcept;
  [[nodiscard]] bool resumed() const noexcept { return SSL_session_reused(ssl_.get()) == 1; }

 private:
  struct bio;
  std::size_t take_input(std::span<char> into);
  static int on_verify(int trusted, X509_STORE_CTX* store) noexcept;
  static int on_certificate_request(SSL* ssl, X509** certificate, EVP_PKEY** key) noexcept;
  static int on_session(SSL* ssl, SSL_SESSION* session) noexcept;
  status check_pins();
  [[nodiscard]] bool may_wait() const noexcept;
  [[nodiscard]] std::string explain(bool handshake) const;
  status fail_handshake(int failure);
  status fail_ended(errc code, std::string detail);
  status fail(std::error_code code, std::string detail);

  tls_context& context_;
  std::string host_;
  std::string origin_;
  std::unique_ptr<tls_engine> outer_;
  ssl_ptr ssl_;
  std::string_view input_;
  std::string output_;
  std::size_t sent_ = 0;  // of output_
  std::string refusal_;   // why the certificate was refused
  transport_error error_;
  bool ended_ = false;
  std::shared_ptr<void> keeps_buffers_;
  bool heard_ = false;      // anything from the peer
  bool asked_who_ = false;  // the peer wants a client certificate, and there is none
};

}  // namespace reroute::detail
