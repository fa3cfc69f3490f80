// What tests of opening connections share.
#pragma once

#include "opening.hpp"

#include <databased/detail/context.hpp>
#include <databased/url.hpp>

#include <string>

namespace opening_test {

using databased::Task;
using databased::Url;
using databased::postgresql::ConnectionHandle;

inline Task<ConnectionHandle> open(Url url) {
    const auto options = databased::postgresql::read_options(url);
    databased::detail::Context& context = co_await databased::detail::this_context();
    co_return co_await databased::postgresql::open_connection(*context.loop, options);
}
inline Task<ConnectionHandle> open(const std::string& url) { return open(Url::parse(url)); }

/// What the server answers to one statement.
inline std::string answer(const ConnectionHandle& connection, const std::string& sql) {
    PQexitPipelineMode(connection.get());
    PGresult* result = PQexec(connection.get(), sql.c_str());
    std::string text = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : PQresultErrorMessage(result);
    PQclear(result);
    return text;
}

}  // namespace opening_test
