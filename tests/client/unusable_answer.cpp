// What is told of a 2xx that is no answer, and what may be billed.
#include "client/unusable_answer.hpp"

#include "tests/support/catch.hpp"

#include <string>

using reroute::operation;
using reroute::detail::may_be_billed;
using reroute::detail::what_came;

TEST_CASE("what has a sign of an answer may be billed, errors and pages may not") {
  for (const char* body :
       {R"({"id":"x"})", R"({"usage":{}})", R"({"choices":[]})", R"([{"model":"m"}])",
        R"({"id":"msg_1","content":[)", "event: message_start\ndata: {\"message\":{}}\n\n",
        ": hi\n\ndata: {\"id\":\"chatcmpl-1\",\"choices\":[]}\n\n", R"( {"completion":"Hi"} )"}) {
    CAPTURE(body);
    CHECK(may_be_billed(operation::create, body));
    CHECK(may_be_billed(operation::stream, body));
    CHECK_FALSE(may_be_billed(operation::count_tokens, body));
  }
  for (const char* body :
       {"", " \r\n", "<html>id: 7</html>", "upstream connect error", "null", "{}", "[]", "7",
        "\"id\"", ": hi\n\n",
        "event: ping\ndata: {\"type\":\"ping\"}\n\ndata: {]\n\ndata: [DONE]\n\n",
        R"({"content":"text"})", R"({"id":"x","error":{"message":"no"}})",
        R"({"type":"error","error":{"type":"new"}})", R"({"message":"Forbidden","id":"x"})"}) {
    CAPTURE(body);
    CHECK_FALSE(may_be_billed(operation::create, body));
  }
}

TEST_CASE("what came is told in one line, and never a credential") {
  reroute::http::response came;
  came.status = 200;
  CHECK(what_came(came, 0, "secret-key") == "200, no content type, 0 bytes");
  came.headers.add("content-type", "text/html; charset=utf-8");
  came.body = "<p>\r\n Hello\x1b[0m, \xc3\xbc " + std::string(200, 'x');
  CHECK(what_came(came, 1, "secret-key") ==
        "200, text/html; charset=utf-8, 1 byte, begins with \"<p>  Hello [0m, \xc3\xbc " +
            std::string(61, 'x') + "\"");
  came.body = "key=secret-key, " + std::string(4'074, ' ') + "secret-key";
  CHECK(what_came(came, 5000, "secret-key").find("secret") == std::string::npos);
  came.headers.set("content-type", "text/secret-key");
  CHECK(what_came(came, 5000, "secret-key").find("secret") == std::string::npos);
}
