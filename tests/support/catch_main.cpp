// The main function of every test program: runs in the environment's locale, as many programs do.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include <locale>
#include <stdexcept>

// glibc never frees its copy of LOCPATH, which `./dev test` sets
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:__argz_add_sep\n"; }

int main(int argc, char** argv) {
  // what reads or writes numbers by way of a locale, or thinks that i and I are a pair, fails here
  // under LC_ALL=tr_TR.UTF-8
  try {
    std::locale::global(std::locale(""));
  } catch (const std::runtime_error&) {
    // a locale that this machine does not have: the tests run in "C"
  }
  return Catch::Session().run(argc, argv);
}
