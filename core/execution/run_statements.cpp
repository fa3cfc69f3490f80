#include "execution/run_statements.hpp"

#include "statement/script.hpp"

#include <databased/backend.hpp>
#include <databased/when_all.hpp>

#include <exception>
#include <vector>

namespace databased::detail {

namespace {

Task<Outcome> run_one(StatementTarget& target, const ScriptStatement& statement) {
    try {
        Statement::Pointer sent = Statement::of_text(statement.text).copy();
        co_return co_await target.run(std::move(sent), nullptr);
    } catch (...) {
        Outcome outcome;
        outcome.error = std::current_exception();
        co_return outcome;
    }
}

}  // namespace

Task<> ScriptWork::run(StatementTarget& unit) {
    ScriptReader reader{script_, *unit.rules().dialect};
    ScriptStatement statement;
    while (reader.next(statement)) {
        const Outcome outcome = co_await run_one(unit, statement);
        if (outcome.error) std::rethrow_exception(with_place(outcome.error, statement, name_));
        ++result_.statements;
        result_.rows_affected += outcome.result.rows_affected;
    }
}

Task<> run_entry(StatementTarget& target, BatchEntry& entry) {
    try {
        Statement::Pointer statement = entry.take_statement();
        if (statement->is_many()) {
            Outcome outcome;
            outcome.result = co_await target.run_many(std::move(statement));
            entry.finish(std::move(outcome));
        } else {
            entry.finish(co_await target.run(std::move(statement), entry.sink()));
        }
    } catch (...) {
        entry.fail(std::current_exception());
    }
}

Task<> AtomicBatch::run(StatementTarget& unit) {
    if (unit.pipelines()) {
        co_await run_together(unit);
    } else {
        for (const auto& entry : entries_) {
            co_await run_entry(unit, *entry);
            if (entry->failure()) break;
        }
    }
    for (const auto& entry : entries_) {
        if (entry->failure()) std::rethrow_exception(entry->failure());
    }
}

Task<> AtomicBatch::run_together(StatementTarget& unit) {
    std::vector<Task<>> runs;
    runs.reserve(entries_.size());
    for (const auto& entry : entries_) runs.push_back(run_entry(unit, *entry));
    co_await when_all(std::move(runs));
}

}  // namespace databased::detail
