// All of reroute that a program needs; the doubles for tests are in <reroute/testing/...>.
#pragma once

#include <reroute/client/client.hpp>
#include <reroute/error/errc.hpp>
#include <reroute/message/message_request.hpp>
#include <reroute/route/anthropic.hpp>
#include <reroute/route/anthropic_identity.hpp>
#include <reroute/route/azure_foundry.hpp>
#include <reroute/route/entra.hpp>
#include <reroute/route/environment.hpp>
