// The whole library, but for <databased/json.hpp>.
#pragma once

#include <databased/backend.hpp>
#include <databased/blocking.hpp>
#include <databased/codec.hpp>
#include <databased/config.hpp>
#include <databased/database.hpp>
#include <databased/decimal.hpp>
#include <databased/error.hpp>
#include <databased/event_loop.hpp>
#include <databased/health.hpp>
#include <databased/options.hpp>
#include <databased/parameters.hpp>
#include <databased/registry.hpp>
#include <databased/result.hpp>
#include <databased/row.hpp>
#include <databased/scope.hpp>
#include <databased/session.hpp>
#include <databased/task.hpp>
#include <databased/timeout.hpp>
#include <databased/url.hpp>
#include <databased/uuid.hpp>
#include <databased/value.hpp>
#include <databased/when_all.hpp>
