// Queries with the text that they have in each dialect. One test compares the texts, another one executes them on every
// backend.
#pragma once

#include <databased/databased.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace support {

struct QuerySample {
    std::string_view name;  ///< A claim, after the name of a statement.
    std::function<databased::Statement(const databased::Dialect&)> compile;
    std::function<databased::Task<>(databased::Executor&)> run;
    std::string_view sqlite;
    std::string_view postgresql;
};

/// Over the tables of cinema.hpp.
std::vector<QuerySample> expression_samples();
std::vector<QuerySample> select_samples();
std::vector<QuerySample> change_samples();
inline std::vector<QuerySample> query_samples() {
    std::vector<QuerySample> samples = expression_samples();
    for (auto& sample : select_samples()) samples.push_back(std::move(sample));
    for (auto& sample : change_samples()) samples.push_back(std::move(sample));
    return samples;
}

template <class Q>
databased::Task<> run_sample(databased::Executor& executor, Q query) {
    if constexpr (requires { typename Q::Row; }) {
        static_cast<void>(co_await executor.fetch_all(query));
    } else {
        co_await executor.execute(query);
    }
}

template <class Q>
QuerySample sample(std::string_view name, const Q& query, std::string_view sqlite, std::string_view postgresql) {
    return {name, [query](const databased::Dialect& dialect) { return query.compile(dialect); },
            [query](databased::Executor& executor) { return run_sample(executor, query); }, sqlite, postgresql};
}

/// The same text but for the sign before the numbers of parameters, which is written ?.
template <class Q>
QuerySample sample(std::string_view name, const Q& query, std::string_view both) {
    return sample(name, query, both, both);
}

}  // namespace support
