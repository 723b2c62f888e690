// What every peer must pass: each trial asks over the public transport, and checks.
#pragma once

#include "tests/peers/stage.hpp"

namespace reroute::peers {

/// Bodies of both directions, one after the other over one connection.
void keeps_alive(stage& here);
/// Three hundred at once: everybody gets his own answer.
void many_at_once(stage& here);
/// Chunked, with trailers that nobody asked for.
void chunks_and_trailers(stage& here);
/// 103 before 200.
void early_hints(stage& here);
/// The peer's side closes after an answer, between others: nobody notices.
void closes_between(stage& here);
/// An answer that is cut short is an error, and others go on.
void cut_short(stage& here);
/// 20 MB up, and small calls beside it that do not wait for it.
void large_upload(stage& here);
/// 20 MB down that nobody reads yet, and small calls beside it.
void large_download(stage& here);
/// Given up before the answer: the others are answered.
void given_up(stage& here, const std::function<std::size_t()>& waiting,
              const std::function<void()>& release);
/// `client.create` with a `base_url`.
void whole_client(stage& here);

}  // namespace reroute::peers
