// What a token source gave or threw, as a value.
#include "route/token_result.hpp"

#include <reroute/error/errc.hpp>

#include "detail/asio_compat.hpp"
#include "route/clean_error.hpp"
#include "route/secret.hpp"

namespace reroute::detail {

// a file or a setting that is not there will not come by waiting; a network may
bool may_pass(const std::error_code& code) {
  for (const std::errc lasting :
       {std::errc::no_such_file_or_directory, std::errc::permission_denied,
        std::errc::not_a_directory, std::errc::is_a_directory, std::errc::invalid_argument,
        std::errc::operation_not_permitted})
    if (code == lasting) return false;
  switch (category_of(code)) {
    case category::rate_limit:
    case category::overloaded:
    case category::timeout:
    case category::server:
      return true;
    case category::network:
      return code != errc::certificate_refused;
    case category::ok:
    case category::quota:
    case category::auth:
    case category::bad_request:
    case category::cancelled:
      return false;
  }
  return false;
}

token_result failure_of(const token_error& problem, std::string_view known) {
  const std::error_code ours = errc::credential_failed;
  const bool own = dynamic_cast<const clean_error*>(&problem) != nullptr;
  const std::error_code code = problem.code() ? problem.code() : ours;
  token_result result(category_of(code) == category::cancelled ? ours : code, problem.retryable(),
                      own ? own_words(problem.what(), known) : redact(problem.what(), known));
  result.rest = problem.retry_after();
  return result;
}

token_result failure_of(const std::exception_ptr& thrown, std::string_view known) {
  const std::error_code ours = errc::credential_failed;
  try {
    std::rethrow_exception(thrown);
  } catch (const token_error& problem) {
    return failure_of(problem, known);
  } catch (const std::exception& problem) {
    const std::error_code code = code_of(problem);
    std::string detail = redact(problem.what(), known);
    // nobody cancelled the source from here: its own cancellation is a failure, not the caller's
    // wish
    if (category_of(code) == category::cancelled) return {ours, true, std::move(detail)};
    if (!code) return {ours, false, std::move(detail)};
    return {code, may_pass(code), std::move(detail)};
  } catch (...) {
    return {ours, false, "the token source threw something that is no std::exception"};
  }
}

token_result checked_token(access_token token) {
  const std::string_view problem = secret_problem(token.secret());
  if (problem.empty()) return token_result(std::move(token));
  return {errc::credential_failed, false, "the fetched token " + std::string(problem)};
}

}  // namespace reroute::detail
