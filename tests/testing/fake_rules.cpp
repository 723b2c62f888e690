// The fake as a right server: who is let in, what is objected to, and in whose words.
#include "tests/testing/raw_client.hpp"

#include <boost/json/parse.hpp>

#include <functional>

using namespace std::chrono_literals;
using namespace tests;

namespace {

struct row {
  const char* name;
  std::function<void(wire_request&)> bend;
  int status;
  const char* direct_text;  // in the body of the anthropic face
  const char* azure_text;   // the same of the azure face
};

void replace(std::string& in, const std::string& what, const std::string& with) {
  const std::size_t at = in.find(what);
  REQUIRE(at != std::string::npos);
  in.replace(at, what.size(), with);
}

std::function<void(wire_request&)> field(const char* what, const char* with) {
  return [=](wire_request& request) { replace(request.fields, what, with); };
}
std::function<void(wire_request&)> body(const char* what, const char* with) {
  return [=](wire_request& request) { replace(request.body, what, with); };
}
std::function<void(wire_request&)> whole_body(const char* with) {
  return [=](wire_request& request) { request.body = with; };
}

}  // namespace

TEST_CASE("a right request gets a message, on both faces") {
  for (const auto wearing : {fakes::face::anthropic, fakes::face::azure}) {
    world w;
    auto options = with_face(wearing);
    options.reply = "say \"hi\"";
    const auto route = w.fake.add_route(options);
    wire_request request;
    if (wearing == fakes::face::azure) request.target = "/anthropic/v1/messages?beta=true";
    const heard got = w.ask(route, request);
    CHECK(got.status == 200);
    CHECK(got.field("content-type") == "application/json");
    CHECK(got.field("date") == "Thu, 01 Jan 2026 00:00:00 GMT");
    CHECK(got.field("request-id").starts_with("req_fake_"));
    CHECK((got.field("apim-request-id") != "-") == (wearing == fakes::face::azure));
    const auto message = boost::json::parse(got.body);
    CHECK(message.at("type") == "message");
    CHECK(message.at("model") == "claude");
    CHECK(message.at("content").at(0).at("text") == "say \"hi\"");
    CHECK(message.at("stop_reason") == "end_turn");
    CHECK(message.at("usage").at("input_tokens").as_int64() > 0);
    CHECK(route.log().admitted == 1);
    CHECK(route.log().answered == 1);
    CHECK(route.base_url().ends_with("/anthropic") == (wearing == fakes::face::azure));
  }
}

TEST_CASE("a wrong request is objected to in the words of the face") {
  const row table[] = {
      {"wrong key", field("fake-key", "other"), 401, R"("type":"authentication_error")",
       R"({"error":{"code":"Unauthorized")"},
      {"no key", field("x-api-key: fake-key\r\n", ""), 401, "invalid x-api-key", "Unauthorized"},
      {"wrong bearer", field("x-api-key: fake-key", "authorization: Bearer none"), 401,
       "authentication_error", "Unauthorized"},
      {"path", [](auto& request) { request.target = "/v1/complete"; }, 404, "not_found_error",
       "DeploymentNotFound"},
      {"method", [](auto& request) { request.method = "PUT"; }, 405, "invalid_request_error",
       "BadRequest"},
      {"no version", field("anthropic-version: 2023-06-01\r\n", ""), 400,
       "anthropic-version: header is required", "BadRequest"},
      {"unknown version", field("2023-06-01", "2022-01-01"), 400, "not a valid version",
       "not a valid version"},
      {"content type", field("application/json", "text/plain"), 400, "content-type",
       "content-type"},
      {"no JSON", whole_body("{\"model\":"), 400, "not valid JSON", "not valid JSON"},
      {"no object", whole_body("[1]"), 400, "not valid JSON", "not valid JSON"},
      {"no model", body("\"model\"", "\"modell\""), 400, "model: Field required", "model: "},
      {"unknown model", body("\"claude\"", "\"claude-9\""), 404, "model: claude-9",
       "DeploymentNotFound"},
      {"no max_tokens", body("max_tokens", "most"), 400, "max_tokens: Field required",
       "max_tokens"},
      {"max_tokens", body(":16", ":\"16\""), 400, "valid integer", "valid integer"},
      {"no messages", body("\"messages\"", "\"m\""), 400, "messages: Field required", "messages"},
      {"empty messages", body(R"({"role":"user","content":"hello?"})", ""), 400, "at least one",
       "at least one"},
  };
  for (const auto wearing : {fakes::face::anthropic, fakes::face::azure}) {
    world w;
    auto options = with_face(wearing);
    options.models = {"claude"};
    const auto route = w.fake.add_route(options);
    for (const row& each : table) {
      INFO(each.name);
      wire_request request;
      each.bend(request);
      const heard got = w.ask(route, request);
      CHECK(got.status == each.status);
      const bool azure = wearing == fakes::face::azure;
      INFO(got.body);
      CHECK(got.body.find(azure ? each.azure_text : each.direct_text) != std::string::npos);
      CHECK((got.body.find(R"("type":"error")") != std::string::npos) == !azure);
      CHECK((got.body.find(got.field("request-id")) != std::string::npos) == !azure);
    }
    const fakes::fake_log log = route.log();
    CHECK(log.unauthorized == 3);
    CHECK(log.rejected == std::size(table) - 3);
    CHECK(log.admitted == 0);
    CHECK(log.by_status.at(401) == 3);
    CHECK(log.by_status.at(405) == 1);
  }
}

TEST_CASE("each face has its own ways of proving who asks") {
  world w;
  auto options = with_face(fakes::face::anthropic);
  options.bearer_tokens = {"token-1"};
  auto direct = w.fake.add_route(options);
  options.face = fakes::face::azure;
  auto azure = w.fake.add_route(options);
  const auto status = [&](const fakes::fake_route& route, const char* line) {
    wire_request request;
    replace(request.fields, "x-api-key: fake-key", line);
    return w.ask(route, request).status;
  };
  CHECK(status(direct, "X-Api-Key: fake-key") == 200);
  CHECK(status(direct, "authorization: Bearer fake-key") == 200);
  CHECK(status(direct, "authorization: Bearer token-1") == 200);
  CHECK(status(direct, "api-key: fake-key") == 401);
  CHECK(status(direct, "x-api-key: token-1") == 401);
  CHECK(status(azure, "x-api-key: fake-key") == 200);
  CHECK(status(azure, "api-key: fake-key") == 200);
  CHECK(status(azure, "authorization: Bearer token-1") == 200);
  CHECK(status(azure, "authorization: Bearer fake-key") == 401);
  azure.set_bearer_tokens({"token-2"});
  CHECK(status(azure, "authorization: Bearer token-1") == 401);
  CHECK(status(azure, "authorization: Bearer token-2") == 200);
}

TEST_CASE("the newer API version refuses sampling parameters, the older takes them") {
  world w;
  const auto route = w.fake.add_route();
  wire_request request;
  replace(request.body, "\"max_tokens\"", "\"temperature\":1,\"max_tokens\"");
  CHECK(w.ask(route, request).status == 200);
  replace(request.fields, "2023-06-01", "2026-10-21");
  CHECK(w.ask(route, request).status == 400);
}

TEST_CASE("a body that is too large gets a page, as from the edge") {
  world w;
  fakes::fake_route_options options;
  options.max_body = 200;
  const auto route = w.fake.add_route(options);
  wire_request request;
  request.body.insert(1, R"("x":")" + std::string(200, 'x') + R"(",)");
  const heard got = w.ask(route, request);
  CHECK(got.status == 413);
  CHECK(got.field("content-type") == "text/html");
  CHECK(got.body.starts_with("<html>"));
}

TEST_CASE(
    "a body beyond all bounds gets the same page, however its length is told, from who may ask") {
  world w;
  const auto route = w.fake.add_route();
  const std::string head = "POST /v1/messages HTTP/1.1\r\nHost: x\r\n" + wire_request().fields;
  const heard got =
      w.ask(route, head + "Content-Length: 104857600\r\n\r\n" + std::string(1024 * 1024, 'x'));
  CHECK(got.status == 413);
  CHECK(got.field("connection") == "close");
  CHECK(got.body.starts_with("<html>"));
  const heard chunked = w.ask(route, head + "Transfer-Encoding: chunked\r\n\r\n6400000\r\nxx");
  CHECK(chunked.status == 413);
  const heard stranger =
      w.ask(route, "POST /v1/messages HTTP/1.1\r\nContent-Length: 104857600\r\n\r\n");
  CHECK(stranger.status == 401);
  CHECK(route.log().malformed == 0);
  CHECK(route.log().rejected == 2);
  CHECK(route.log().by_status.at(413) == 2);
}

TEST_CASE("tokens are counted without being admitted") {
  world w;
  const auto route = w.fake.add_route();
  wire_request request = asked_by("u");
  request.target += "/count_tokens";
  replace(request.body, R"("max_tokens":16,)", "");
  const heard got = w.ask(route, request);
  CHECK(got.status == 200);
  CHECK(boost::json::parse(got.body).at("input_tokens").as_int64() > 0);
  CHECK(route.log().token_counts == 1);
  CHECK(route.log().admitted == 0);
  CHECK(w.fake.requests().at("u").admitted == 0);
}

TEST_CASE("an answer can be made from its request, and the request be looked at") {
  world w;
  fakes::fake_route_options options;
  options.reply_to = [](const std::string& request) { return std::to_string(request.size()); };
  const auto route = w.fake.add_route(options);
  CHECK_FALSE(route.last_request());
  const wire_request request;
  const heard got = w.ask(route, request);
  CHECK(boost::json::parse(got.body).at("content").at(0).at("text") ==
        std::to_string(request.body.size()).c_str());
  const auto last = route.last_request();
  REQUIRE(last);
  CHECK(last->method == "POST");
  CHECK(last->target == "/v1/messages");
  CHECK(last->headers.find("Content-Type") == "application/json");
  CHECK(last->body == request.body);
}

TEST_CASE(
    "an answer can ask for a tool, whole or streamed, and say something once it has the result") {
  world w;
  fakes::fake_route_options options;
  options.stream_piece = 5;
  options.content_to = [](const std::string& request) -> std::string {
    if (request.find("tool_result") != std::string::npos) return {};
    if (request.find("nonsense") != std::string::npos) return R"({"type":"text"})";
    return R"([{"type":"text","text":"let me see"},)"
           R"({"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Kyiv"}}])";
  };
  const auto route = w.fake.add_route(options);
  wire_request request;
  const auto message = boost::json::parse(w.ask(route, request).body);
  CHECK(message.at("stop_reason") == "tool_use");
  REQUIRE(message.at("content").as_array().size() == 2);
  CHECK(message.at("content").at(0).at("text") == "let me see");
  CHECK(message.at("content").at(1).at("type") == "tool_use");
  CHECK(message.at("content").at(1).at("id") == "toolu_1");
  CHECK(message.at("content").at(1).at("input").at("city") == "Kyiv");
  CHECK(message.at("usage").at("output_tokens").as_int64() > 5);

  wire_request stream = request;
  replace(stream.body, "\"max_tokens\"", "\"stream\":true,\"max_tokens\"");
  stream.fields += "connection: close\r\n";
  const heard events = w.ask(route, stream);
  CHECK(events.field("content-type").starts_with("text/event-stream"));
  CHECK(events.body.find(R"("content_block":{"type":"tool_use","id":"toolu_1","name":"weather")") !=
        std::string::npos);
  CHECK(events.body.find("input_json_delta") != std::string::npos);
  CHECK(events.body.find(R"("stop_reason":"tool_use")") != std::string::npos);

  replace(request.body, "hello?", "tool_result");
  const auto end = boost::json::parse(w.ask(route, request).body);
  CHECK(end.at("content").at(0).at("text") == "hello");
  CHECK(end.at("stop_reason") == "end_turn");
  replace(request.body, "tool_result", "nonsense");
  const heard wrong = w.ask(route, request);
  CHECK(wrong.status == 500);
  CHECK(wrong.body.find("content_to") != std::string::npos);
}

TEST_CASE("one connection serves many requests, some sent before their turn") {
  world w;
  fakes::fake_route_options options;
  options.latency = fakes::latency::fixed(50ms);
  const auto route = w.fake.add_route(options);
  const auto client = w.client();
  heard got[4];
  w.play(
      +[](raw_client& on, std::uint16_t port, heard* into) -> asio::awaitable<void> {
        co_await on.connect(port);
        const std::string one = wire_request().bytes();
        into[0] = co_await on.ask(one);
        into[1] = co_await on.ask(one);
        co_await on.send(one);
        into[2] = co_await on.ask(one);
        into[3] = co_await on.listen();
      },
      *client, route.port(), static_cast<heard*>(got));
  for (const heard& each : got)
    CHECK(each.status == 200);
  CHECK(route.log().connections == 1);
  CHECK(route.log().requests == 4);
  CHECK(route.log().max_concurrent == 1);
}

TEST_CASE("chunked bodies and expectations of a 100 are understood") {
  world w;
  const auto route = w.fake.add_route();
  wire_request request;
  const std::string body = request.body;
  const std::string chunked = "POST /v1/messages HTTP/1.1\r\n" + request.fields +
                              "transfer-encoding: chunked\r\n\r\n5\r\n" + body.substr(0, 5) +
                              "\r\n4D\r\n" + body.substr(5) + "\r\n0\r\n\r\n";
  REQUIRE(body.size() == 5 + 0x4D);
  CHECK(w.ask(route, chunked).status == 200);
  const auto client = w.client();
  heard first, second;
  w.play(
      +[](raw_client& on, std::uint16_t port, std::string text, heard& go_on,
          heard& answer) -> asio::awaitable<void> {
        co_await on.connect(port);
        const std::string head = "POST /v1/messages HTTP/1.1\r\nexpect: 100-continue\r\n" +
                                 wire_request().fields +
                                 "content-length: " + std::to_string(text.size()) + "\r\n\r\n";
        go_on = co_await on.ask(head);
        answer = co_await on.ask(text);
      },
      *client, route.port(), body, first, second);
  CHECK(first.status == 100);
  CHECK(second.status == 200);
}

TEST_CASE("a connection ends politely when asked to, or after its number of requests") {
  world w;
  fakes::fake_route_options options;
  options.requests_per_connection = 2;
  const auto route = w.fake.add_route(options);
  for (const bool ask_for_it : {true, false}) {
    const auto client = w.client();
    heard first, second, end;
    w.play(
        +[](raw_client& on, std::uint16_t port, bool close_now, heard& one, heard& two,
            heard& over) -> asio::awaitable<void> {
          co_await on.connect(port);
          wire_request request;
          if (close_now) request.fields += "connection: close\r\n";
          one = co_await on.ask(request.bytes());
          if (!close_now) two = co_await on.ask(request.bytes());
          over = co_await on.listen();
        },
        *client, route.port(), ask_for_it, first, second, end);
    CHECK(first.status == 200);
    CHECK(first.field("connection") == (ask_for_it ? "close" : "-"));
    if (!ask_for_it) CHECK(second.field("connection") == "close");
    CHECK(end.failed == asio::error::eof);  // close_notify was said
  }
  w.settle();
  CHECK(route.log().open_connections == 0);
}
