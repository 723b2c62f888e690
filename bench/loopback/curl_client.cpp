// libcurl's multi interface over epoll, its own best way: JSON by Boost.JSON.
#include "bench/loopback/load.hpp"

#include <array>
#include <curl/curl.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <unistd.h>
#include <vector>

namespace loopback {
namespace {

struct one_call {
  CURL* easy = nullptr;
  std::string request, answer;
};

struct loop {
  int poller = epoll_create1(EPOLL_CLOEXEC);
  CURLM* multi = curl_multi_init();
  curl_slist* fields = nullptr;
  long timeout = -1;
  std::string url, text;
  std::size_t left = 0, ended = 0;
};

int watch_socket(CURL*, curl_socket_t socket, int what, void* user, void* known) {
  loop& in = *static_cast<loop*>(user);
  epoll_event event{};
  event.data.fd = socket;
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  if (what == CURL_POLL_REMOVE) return epoll_ctl(in.poller, EPOLL_CTL_DEL, socket, nullptr), 0;
  epoll_ctl(in.poller, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
  if (!known) curl_multi_assign(in.multi, socket, user);
  return 0;
}

int set_timeout(CURLM*, long timeout, void* user) {
  static_cast<loop*>(user)->timeout = timeout;
  return 0;
}

std::size_t take(char* bytes, std::size_t one, std::size_t count, void* user) {
  static_cast<one_call*>(user)->answer.append(bytes, one * count);
  return one * count;
}

void begin(loop& in, one_call& call) {
  --in.left;
  call.answer.clear();
  call.request = request_json(in.text);
  curl_easy_setopt(call.easy, CURLOPT_POSTFIELDS, call.request.c_str());
  curl_easy_setopt(call.easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(call.request.size()));
  curl_multi_add_handle(in.multi, call.easy);
}

void collect(loop& in) {
  int more = 0;
  while (const CURLMsg* const said = curl_multi_info_read(in.multi, &more)) {
    CURL* const easy = said->easy_handle;
    const CURLcode result = said->data.result;
    one_call* call = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
    curl_multi_remove_handle(in.multi, easy);
    // nginx answers before it has read the whole body, and then resets the stream: no error of HTTP/2
    if (result != CURLE_OK && result != CURLE_HTTP2_STREAM)
      throw std::runtime_error(curl_easy_strerror(result));
    if (result == CURLE_HTTP2_STREAM && call->answer.empty()) {
      ++in.left;
      begin(in, *call);
      continue;
    }
    (void)read_answer(call->answer);
    ++in.ended;
    if (in.left > 0) begin(in, *call);
  }
}

void turn(loop& in) {
  std::array<epoll_event, 256> events;
  const int wait = in.timeout < 0 ? 1000 : static_cast<int>(in.timeout);
  const int count = epoll_wait(in.poller, events.data(), static_cast<int>(events.size()), wait);
  int running = 0;
  if (count == 0) {
    in.timeout = -1;
    curl_multi_socket_action(in.multi, CURL_SOCKET_TIMEOUT, 0, &running);
  }
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const int what = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                     ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                     ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
    curl_multi_socket_action(in.multi, event.data.fd, what, &running);
  }
  collect(in);
}

}  // namespace

cost run_curl(const place& to, const load& what) {
  loop in;
  in.url = "https://localhost:" + std::to_string(to.port) + "/v1/messages";
  in.text = user_text(what.body_bytes);
  in.fields = curl_slist_append(in.fields, "content-type: application/json");
  in.fields = curl_slist_append(in.fields, "x-api-key: fake-key");
  in.fields = curl_slist_append(in.fields, "anthropic-version: 2023-06-01");
  in.fields = curl_slist_append(in.fields, "expect:");
  curl_multi_setopt(in.multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
  curl_multi_setopt(in.multi, CURLMOPT_SOCKETDATA, &in);
  curl_multi_setopt(in.multi, CURLMOPT_TIMERFUNCTION, set_timeout);
  curl_multi_setopt(in.multi, CURLMOPT_TIMERDATA, &in);
  curl_multi_setopt(in.multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(what.connections));
  curl_multi_setopt(in.multi, CURLMOPT_MAXCONNECTS, static_cast<long>(what.connections));
  curl_multi_setopt(in.multi, CURLMOPT_MAX_CONCURRENT_STREAMS, static_cast<long>(what.streams));
  std::vector<std::unique_ptr<one_call>> calls;
  const std::size_t warm = what.calls / 10 + 2 * what.in_flight();
  in.left = warm + what.calls + what.in_flight();
  for (std::size_t i = 0; i < what.in_flight(); ++i) {
    calls.push_back(std::make_unique<one_call>());
    CURL* const easy = calls.back()->easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_PRIVATE, calls.back().get());
    curl_easy_setopt(easy, CURLOPT_URL, in.url.c_str());
    curl_easy_setopt(easy, CURLOPT_CAINFO, to.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, in.fields);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, calls.back().get());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     what.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, what.http2 ? 1L : 0L);
    begin(in, *calls.back());
  }
  while (in.ended < warm)
    turn(in);
  const std::size_t before = in.ended;
  const stopwatch watch;
  while (in.ended < before + what.calls)
    turn(in);
  return watch.over(in.ended - before);
}

}  // namespace loopback
