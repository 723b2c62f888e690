// A few threads for look-ups that block, beside the loop: one slow name holds up nobody else.
#include "io/resolver_threads.hpp"

#include "io/system_lookup.hpp"

#include <asio/error.hpp>
#include <asio/execution/context.hpp>
#include <asio/post.hpp>
#include <asio/query.hpp>

#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace reroute::detail {
namespace {

struct question {
  std::string host;
  asio::any_io_executor executor;
  std::function<void(host_addresses)> answer;
};

// the program's signals are for the program's own threads
class signals_blocked {
 public:
  signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

// Threads hold only this and a host's name: executors and answers belong to the context, and may be
// touched only under the mutex and before it closes.
struct resolver_threads::desk {
  explicit desk(blocking_lookup with) : lookup(std::move(with)) {}

  void tell(std::uint64_t number, host_addresses found) {
    const auto at = open.find(number);
    const question done = std::move(at->second);
    open.erase(at);
    asio::post(done.executor, [answer = done.answer, found = std::move(found)]() mutable {
      answer(std::move(found));
    });
  }

  const blocking_lookup lookup;
  std::mutex mutex;
  std::condition_variable wake;
  std::map<std::uint64_t, question> open;  // asked and not answered
  std::deque<std::uint64_t> waiting;       // of these: nobody is looking yet
  std::uint64_t next = 0;
  std::size_t threads = 0;
  std::size_t idle = 0;
  bool closed = false;
};

asio::execution_context::id resolver_threads::id;

resolver_threads::resolver_threads(asio::execution_context& context)
    : resolver_threads(context, &system_lookup) {}

resolver_threads::resolver_threads(asio::execution_context& context, blocking_lookup lookup)
    : service(context), desk_(std::make_shared<desk>(std::move(lookup))) {}

resolver_threads::~resolver_threads() = default;

void resolver_threads::work(const std::shared_ptr<desk>& at) {
  std::unique_lock lock(at->mutex);
  for (;;) {
    ++at->idle;
    at->wake.wait(lock, [&] { return at->closed || !at->waiting.empty(); });
    --at->idle;
    if (at->closed) return;
    const auto number = at->waiting.front();
    at->waiting.pop_front();
    const std::string host = at->open.at(number).host;
    lock.unlock();
    host_addresses found;
    try {
      found = at->lookup(host);
    } catch (const std::exception&) {  // no memory
      found.error = make_error_code(asio::error::no_memory);
    }
    lock.lock();
    if (at->closed) return;
    at->tell(number, std::move(found));
  }
}

void resolver_threads::ask(const asio::any_io_executor& executor, std::string host,
                           std::function<void(host_addresses)> answer) {
  const std::lock_guard lock(desk_->mutex);
  if (desk_->closed) return;
  const auto number = desk_->next++;
  desk_->open.emplace(number, question{std::move(host), executor, std::move(answer)});
  desk_->waiting.push_back(number);
  if (desk_->waiting.size() > desk_->idle && desk_->threads < most) {
    const signals_blocked quiet;
    try {
      std::thread([at = desk_] { work(at); }).detach();
      ++desk_->threads;
    } catch (const std::system_error& failure) {
      if (desk_->threads > 0) return;  // those that there are will see to it
      desk_->waiting.clear();
      host_addresses none;
      none.error = failure.code();
      desk_->tell(number, std::move(none));
    }
  }
  desk_->wake.notify_one();
}

std::size_t resolver_threads::threads() const {
  const std::lock_guard lock(desk_->mutex);
  return desk_->threads;
}

void resolver_threads::shutdown() noexcept {
  std::map<std::uint64_t, question> dropped;
  {
    const std::lock_guard lock(desk_->mutex);
    desk_->closed = true;
    dropped.swap(desk_->open);
  }
  desk_->wake.notify_all();
}

host_lookup system_host_lookup(asio::any_io_executor executor) {
  return [executor](const std::string& host, std::function<void(host_addresses)> answer) {
    asio::execution_context& context = asio::query(executor, asio::execution::context);
    asio::use_service<resolver_threads>(context).ask(executor, host, std::move(answer));
  };
}

}  // namespace reroute::detail
