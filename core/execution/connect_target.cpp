#include "execution/connect_target.hpp"

#include "execution/admit.hpp"
#include "execution/run_statements.hpp"

#include <databased/detail/row_source.hpp>
#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

Request ConnectTarget::request_for(Statement::Pointer statement, const Context& context) {
    Request request;
    request.statement = std::move(statement);
    request.makes_ready = true;
    request.stop = context.stop;
    request.deadline = request.turn_deadline = context.deadline;
    return request;
}

Task<Outcome> ConnectTarget::run(Statement::Pointer statement, RowSink* sink) {
    const Context& context = co_await this_context();
    admit(*statement, context, Home{&loop_});
    Request request = request_for(std::move(statement), context);
    request.sink = sink;
    request.commands.push_back({backend::Verb::run});
    Judged judged = co_await channel_.send(std::move(request));
    co_return std::move(judged.outcome);
}

Task<Result> ConnectTarget::run_many(Statement::Pointer statement) {
    const Context& context = co_await this_context();
    admit(*statement, context, Home{&loop_});
    if (statement->runs() == 0) co_return Result{};
    Request request = request_for(std::move(statement), context);
    request.commands.push_back({backend::Verb::begin});
    request.commands.push_back({backend::Verb::run});
    const Judged judged = co_await channel_.send(std::move(request));
    if (judged.outcome.in_transaction()) {
        co_await end(judged.verdict == Verdict::success ? backend::Verb::commit : backend::Verb::rollback);
    }
    if (judged.outcome.error) std::rethrow_exception(judged.outcome.error);
    co_return judged.outcome.result;
}

/// Without a transaction, in which some of what makes a connection ready cannot be said.
Task<> ConnectTarget::run_unit(UnitWork& work) { co_await work.run(*this); }

Task<> ConnectTarget::run_each(BatchEntries entries) {
    for (const auto& entry : entries) co_await run_entry(*this, *entry);
}

std::shared_ptr<RowSource> ConnectTarget::stream(Statement::Pointer) {
    throw NotSupportedError("there are no streams in a connect hook: use fetch_all()");
}

/// It makes ready what is open for every user: a few rows at most.
Task<Result> ConnectTarget::run_bulk(BulkInsert&) {
    throw UsageError("bulk_insert() is not for on_connect(): use execute_many()");
}

Task<> ConnectTarget::end(backend::Verb verb) {
    Request request;
    request.commands.push_back({verb});
    request.expected = backend::Transaction::open;
    const Judged judged =
        co_await channel_.send(std::move(request), patience_of(Clock::now(), Clock::time_point::max()));
    if (verb == backend::Verb::commit && judged.outcome.error) std::rethrow_exception(judged.outcome.error);
}

}  // namespace databased::detail
