// nginx on the last core: a message of 1 KB for every request, over TLS 1.3.
#include "bench/loopback/server.hpp"

#include "bench/storm/cores.hpp"
#include "tests/support/certificates.hpp"

#include <cstdlib>
#include <stdexcept>

namespace loopback {
namespace {

std::string answer() {
  const std::string text(700, 'a');
  return R"({"id":"msg_013Zva2CMHLNnXjNJJKqJ2EF","type":"message","role":"assistant",)"
         R"("model":"claude","content":[{"type":"text","text":")" +
         text +
         R"("}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":2095,)"
         R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":503,)"
         R"("service_tier":"standard"}})";
}

}  // namespace

server::server() {
  const reroute::testing::throwaway_ca ca;
  const auto who = ca.issue({});
  place_.ca_pem = ca.pem();
  place_.ca_file = folder.write("ca.pem", ca.pem());
  certificate_ = folder.write("certificate.pem", who.certificate);
  key_ = folder.write("key.pem", who.key);
}

void server::start(const std::vector<std::string>& command) {
  storm::pin_to(storm::core::last);  // what is started here stays there
  process_ = std::make_unique<reroute::peers::process>(command, folder.path("log"));
  storm::pin_to(storm::core::first);
}

std::unique_ptr<server> server::nginx() {
  const auto program = reroute::peers::find_program("nginx", "nginx-light");
  if (!program) return nullptr;
  std::unique_ptr<server> made(new server());
  made->place_.port = reroute::peers::free_port();
  const std::string at = made->folder.path();
  const std::string configuration = made->folder.write(
      "nginx.conf",
      "daemon off;\nmaster_process off;\nworker_processes 1;\nuser root root;\n"
      "worker_rlimit_nofile 20000;\npid " +
          at +
          "/pid;\nerror_log stderr error;\n"
          "events { worker_connections 4096; multi_accept on; }\n"
          "http {\n  access_log off;\n  client_body_temp_path " +
          at + "/a;\n  proxy_temp_path " + at + "/b;\n  fastcgi_temp_path " + at +
          "/c;\n  uwsgi_temp_path " + at + "/d;\n  scgi_temp_path " + at +
          "/e;\n  keepalive_requests 100000000;\n"
          "  keepalive_timeout 1h;\n  http2_max_concurrent_streams 128;\n"
          "  server {\n    listen 127.0.0.1:" +
          std::to_string(made->place_.port) + " ssl http2 backlog=4096;\n    ssl_certificate " +
          made->certificate_ + ";\n    ssl_certificate_key " + made->key_ +
          ";\n    ssl_protocols TLSv1.3;\n"
          "    location / { default_type application/json; add_header request-id req_011CSHoEeqs5; "
          "return 200 '" +
          answer() + "'; }\n  }\n}\n");
  made->start({*program, "-e", "stderr", "-p", at, "-c", configuration});
  if (!made->process_->listens(made->place_.port))
    throw std::runtime_error("nginx does not start: " + made->process_->said());
  return made;
}

std::unique_ptr<server> server::slow(std::size_t count) {
  const auto program = reroute::peers::find_program("node", "nodejs");
  if (!program) return nullptr;
  std::unique_ptr<server> made(new server());
  const std::string message = made->folder.write("message.json", answer());
  made->start({*program, "--max-old-space-size=8192",
               std::string(REROUTE_LOOPBACK) + "/slow_server.mjs", made->certificate_, made->key_,
               message, std::to_string(count)});
  if (!made->process_->says(";"))
    throw std::runtime_error("node does not start: " + made->process_->said());
  const std::string said = made->process_->said();
  made->place_.port = static_cast<unsigned short>(std::atoi(said.c_str() + said.find("port ") + 5));
  return made;
}

}  // namespace loopback
