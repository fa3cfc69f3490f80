#include "watching/table_channel.hpp"

#include <databased/database.hpp>
#include <databased/error.hpp>

#include <utility>

namespace databased {

namespace detail {

namespace {

using backend::Lookup;

std::string shown(const TableName& table) {
    return '"' + (table.schema.empty() ? std::string{} : table.schema + '.') + table.name + '"';
}

/// The body of a session.
class RunAll {
  public:
    explicit RunAll(std::vector<std::vector<Lookup>> statements) : statements_(std::move(statements)) {}

    Task<> operator()(Session& session) const {
        for (const auto& statements : statements_) {
            for (const Lookup& each : statements) {
                if (each.parameter.empty()) {
                    co_await session.execute(each.sql);
                } else {
                    co_await session.execute(each.sql, each.parameter);
                }
            }
        }
    }

  private:
    std::vector<std::vector<Lookup>> statements_;
};

}  // namespace

Task<std::string> channel_of(Target target, TableName table) {
    const Lookup lookup = target->rules().dialect->change_channel(table.schema, table.name);
    if (lookup.sql.empty()) {
        throw NotSupportedError(std::string{target->rules().dialect->name()} +
                                " has no live queries, as far as its backend says");
    }
    Statement::Pointer statement = Statement::make(target->rules(), lookup.sql, lookup.parameter);
    const auto channel = co_await run_fetch_one<std::optional<std::string>>(target, std::move(statement));
    if (channel && *channel) co_return **channel;
    throw UsageError("nobody tells of changes of the table " + shown(table) +
                     ", or there is no such table: call make_watchable() once, where the table is made");
}

}  // namespace detail

Task<> Database::make_watchable(WatchedTables tables) {
    std::vector<std::vector<backend::Lookup>> statements;
    for (const TableName& table : std::move(tables).names()) {
        statements.push_back(dialect().make_watchable(table.schema, table.name));
    }
    return session(detail::RunAll{std::move(statements)});
}

Task<> Database::make_unwatchable(WatchedTables tables) {
    std::vector<std::vector<backend::Lookup>> statements;
    for (const TableName& table : std::move(tables).names()) {
        statements.push_back(dialect().make_unwatchable(table.schema, table.name));
    }
    return session(detail::RunAll{std::move(statements)});
}

}  // namespace databased
