#include "database/autocommit.hpp"

#include "bulk/bulk_run.hpp"
#include "database/connecting.hpp"
#include "database/leasing.hpp"
#include "execution/run_statements.hpp"
#include "session/session_unit.hpp"
#include "session/stream_source.hpp"

#include <databased/error.hpp>
#include <databased/when_all.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace databased::detail {

namespace {

/// What all statements on the connection `held` have in common.
void complete(Request& request, const RoutedLease& held, const Context& context) {
    const Settings& settings = held.endpoint->settings();
    request.commands.push_back({backend::Verb::run});
    request.read_only = held.access == Access::read;
    request.reports_values = settings.parameters_in_errors;
    request.stop = context.stop;
    request.deadline = limit_of(settings.statement_timeout, context.deadline);
    if (!request.read_only) request.turn_deadline = context.loop->now() + settings.pool.acquire_timeout;
}

/// Its connection stays unfit for others if that fails.
Task<> roll_back_left_open(Channel& channel) {
    Request request;
    request.commands.push_back({backend::Verb::rollback});
    request.expected = backend::Transaction::open;
    co_await channel.send(std::move(request), patience_of(Clock::now(), Channel::without_end));
}

}  // namespace

Sharing AutocommitTarget::sharing_of(const SqlText& text, backend::Nature nature,
                                     const Context& context) const noexcept {
    const Capabilities& capabilities = database_->capabilities();
    const bool can_be_stopped = context.stop != nullptr || context.deadline != Clock::time_point::max();
    if (can_be_stopped && !capabilities.stops_one_of_many) return Sharing::exclusive;
    if (context.branch->innermost(database_.get()) != nullptr) return Sharing::exclusive;
    const bool has_one = capabilities.single_connection;
    const bool reads = has_one ? text.kind == StatementKind::plain_read : nature == backend::Nature::read;
    if (reads) return Sharing::reads;
    const bool writes = (has_one || capabilities.single_writer) && text.kind == StatementKind::data_change;
    return writes ? Sharing::writes : Sharing::exclusive;
}

Task<Outcome> AutocommitTarget::run(Statement::Pointer statement, RowSink* sink) {
    const Context& context = co_await this_context();
    const Connectivity& connectivity = database_->connectivity;
    admit(*statement, context, connectivity.home());
    if (!connectivity.is_connected()) co_await require_connected(database_, access_);
    if (database_->is_single_line()) {
        const bool has_session = context.branch->innermost(database_.get()) != nullptr;
        if (has_session || database_->settings().force_rollback) {
            co_return co_await run_in_unit(std::move(statement), sink);
        }
    }

    const SqlText& text = statement->text();
    backend::Nature nature = database_->routes.endpoint(access_)->backend().nature(text, context.loop->now());
    const ConnectionWish wish{.sharing = sharing_of(text, nature, context),
                              .access = access_,
                              .reads_only = text.kind == StatementKind::plain_read};
    RoutedLease held = try_lease(*database_, wish, context);
    if (!held.lease) {
        held = co_await lease(database_, wish, std::move(held));
        nature =
            held.endpoint->backend().nature(text, context.loop->now());  // it may have changed, and so the endpoint
    }
    Channel& channel = held.lease.channel();  // throws if the Database was closed while this waited
    Sending request = channel.send();
    request.nature = nature;
    request.statement = std::move(statement);
    request.sink = sink;
    request.may_share = wish.sharing != Sharing::exclusive;
    complete(request, held, context);
    Judged judged = co_await request;
    if (judged.verdict == Verdict::left_open) co_await roll_back_left_open(channel);
    co_return std::move(judged.outcome);
}

/// As a session of its own inside the one that is open around it, or inside force_rollback's.
Task<Outcome> AutocommitTarget::run_in_unit(Statement::Pointer statement, RowSink* sink) {
    const auto unit = make_unit(database_, SessionOptions{.access = access_});
    co_return co_await run_alone(unit, std::move(statement), sink);
}

Task<Result> AutocommitTarget::run_many(Statement::Pointer statement) {
    if (access_ == Access::read) {
        throw_database_error({.message = "execute_many() writes, and a reader() only reads", .sqlstate = "25006"});
    }
    const Context& context = co_await this_context();
    admit(*statement, context, database_->connectivity.home());
    if (statement->runs() == 0) co_return Result{};
    const auto unit = make_unit(database_, {});
    const Outcome outcome = co_await run_alone(unit, std::move(statement), nullptr);
    if (outcome.error) std::rethrow_exception(outcome.error);
    co_return outcome.result;
}

Task<> AutocommitTarget::run_unit(UnitWork& work) {
    const Context& context = co_await this_context();
    check_thread(context, database_->connectivity.home());
    const auto unit = make_unit(database_, SessionOptions{.access = access_});
    co_await do_alone(unit, work);
}

/// Where statements travel together they have one connection to themselves, so that they come in their order.
Task<> AutocommitTarget::run_each(BatchEntries entries) {
    const Context& context = co_await this_context();
    const bool are_single =
        std::none_of(entries.begin(), entries.end(), [](const auto& entry) { return entry->is_many(); });
    const bool is_own_unit =
        database_->settings().force_rollback || context.branch->innermost(database_.get()) != nullptr;
    if (pipelines() && are_single && !is_own_unit) {
        co_await run_each_on_one(entries);
    } else {
        for (const auto& entry : entries) co_await run_entry(*this, *entry);
    }
}

Task<> AutocommitTarget::run_each_on_one(BatchEntries entries) {
    const Context& context = co_await this_context();
    check_thread(context, database_->connectivity.home());
    if (!database_->connectivity.is_connected()) co_await require_connected(database_, access_);
    const ConnectionWish wish{.access = access_};
    RoutedLease held = try_lease(*database_, wish, context);
    if (!held.lease) held = co_await lease(database_, wish, std::move(held));
    std::vector<Task<>> runs;
    runs.reserve(entries.size());
    for (const auto& entry : entries)
        runs.push_back(run_on(held, *entry, entry == entries.back() ? Place::last : Place::before_others));
    co_await when_all(std::move(runs));
}

/// On a connection that others of its batch are on, too.
Task<> AutocommitTarget::run_on(const RoutedLease& held, BatchEntry& entry, Place place) {
    const Context& context = co_await this_context();
    try {
        Statement::Pointer statement = entry.take_statement();
        admit(*statement, context, database_->connectivity.home());
        Channel& channel = held.lease.channel();
        Sending request = channel.send();
        request.nature = held.endpoint->backend().nature(statement->text(), context.loop->now());
        request.statement = std::move(statement);
        request.sink = entry.sink();
        request.is_followed = place == Place::before_others;
        complete(request, held, context);
        Judged judged = co_await request;
        if (judged.verdict == Verdict::left_open) co_await roll_back_left_open(channel);
        entry.finish(std::move(judged.outcome));
    } catch (...) {
        entry.fail(std::current_exception());
    }
}

std::shared_ptr<RowSource> AutocommitTarget::stream(Statement::Pointer statement) {
    SessionPlan plan{.database = database_, .options = {.access = access_}};
    plan.is_of_stream = true;
    return std::make_shared<StreamSource>(std::make_shared<SessionState>(std::move(plan)), StreamSource::Session::own,
                                          std::move(statement));
}

Task<Result> AutocommitTarget::run_bulk(BulkInsert& insert) {
    if (access_ == Access::read) {
        throw_database_error({.message = "bulk_insert() writes, and a reader() only reads", .sqlstate = "25006"});
    }
    return insert_in_bulk(make_unit(database_, {}), insert);
}

}  // namespace databased::detail
