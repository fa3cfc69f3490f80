#include "execution/run_statements.hpp"

#include "statement/script.hpp"

#include <databased/backend.hpp>

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

Task<ScriptResult> run_statements(StatementTarget& target, const std::string& script, const std::string& name) {
    ScriptResult result;
    ScriptReader reader{script, *target.rules().dialect};
    ScriptStatement statement;
    while (reader.next(statement)) {
        const Outcome outcome = co_await run_one(target, statement);
        if (outcome.error) std::rethrow_exception(with_place(outcome.error, statement, name));
        ++result.statements;
        result.rows_affected += outcome.result.rows_affected;
    }
    co_return result;
}

}  // namespace databased::detail
