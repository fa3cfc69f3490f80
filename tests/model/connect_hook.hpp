// The hook on_connect() of a model's Database: writes a row by each connection, and remembers what it was told.
#pragma once

#include "model/errors.hpp"
#include "model/ledger.hpp"
#include "model/statements.hpp"
#include "model/traces.hpp"

#include <databased/databased.hpp>

#include <string>

namespace model {

/// Outlives the Database.
class ConnectHook {
  public:
    static constexpr int owner = -1;

    void add_to(databased::Database& database, Traces traces) {
        database.on_connect([this, traces](databased::Connection& connection) { return run(connection, traces); });
    }
    const Ledger& ledger() const noexcept { return ledger_; }
    /// What the library told it that cannot be; empty if nothing.
    const std::string& complaint() const noexcept { return complaint_; }

  private:
    databased::Task<> run(databased::Connection& connection, Traces traces) {
        const auto begun = co_await error_of(connection.execute("BEGIN"));
        if (!is<databased::SessionStateError>(begun)) complaint_ += "BEGIN in the hook: " + text_of(begun) + '\n';
        co_await connection.execute(traces.setting());
        const Level level{.rows = {{--next_id_, true}}};
        auto insert = connection.execute(sql::insert_row, next_id_, owner);
        const auto error = co_await error_of(std::move(insert));
        if (!error) ledger_.committed(level);
        if (end_of(error) == End::unknown) ledger_.unknown(level);
        if (error && !is<databased::ReadOnlyError>(error)) std::rethrow_exception(error);  // of SQLite's readers
    }

    Ledger ledger_;
    int next_id_ = 0;
    std::string complaint_;
};

}  // namespace model
