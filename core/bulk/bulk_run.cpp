#include "bulk/bulk_run.hpp"

#include "execution/admit.hpp"
#include "session/session_ending.hpp"
#include "session/session_opening.hpp"

#include <databased/error.hpp>

#include <exception>
#include <string>
#include <utility>

namespace databased::detail {

namespace {

using backend::Verb;

/// While a producer is asked the session that it feeds serves nobody else.
class Feeding {
  public:
    Feeding(LockedTransaction& transaction, const Branch* branch) noexcept : transaction_(transaction) {
        if (transaction_) transaction_->set_fed_by(branch);
    }
    ~Feeding() {
        if (transaction_) transaction_->set_fed_by(nullptr);
    }
    Feeding(const Feeding&) = delete;
    Feeding& operator=(const Feeding&) = delete;

  private:
    LockedTransaction& transaction_;
};

/// Whether the rows that were refused together may be given singly, to learn which of them it was.
bool may_be_repeated(const Outcome& outcome) noexcept {
    return outcome.delivery == backend::Delivery::answered && outcome.transaction == backend::Transaction::open;
}

}  // namespace

BulkRun::BulkRun(std::shared_ptr<SessionState> session, BulkInsert& insert)
    : session_(std::move(session)), insert_(insert), table_(bulk_table_of(insert)) {
    const StatementRules& rules = session_->rules();
    text_ = bulk_insert_text(*rules.dialect, table_, 1);
    part_.granule = rows_of_one_insert(table_.width, rules.max_parameters);
}

Task<Result> BulkRun::run() {
    co_await fill();
    if (part_.rows == 0) co_return Result{};
    std::exception_ptr failure;
    try {
        transaction_ = co_await lock_transaction(session_);
        if (transaction_->savepoints().has_to_undo()) {
            transaction_ = co_await undo_left(session_, std::move(transaction_));
        }
        co_await insert_all();
        co_await commit_now(session_, std::move(transaction_));
        co_return std::move(result_);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await undo(session_, std::move(transaction_), failure);
    std::rethrow_exception(failure);
}

/// The next part.
Task<> BulkRun::fill() {
    const Context& context = co_await this_context();
    throw_if_stopped(context);
    part_.clear();
    const Feeding feeding{transaction_, context.branch};
    try {
        co_await insert_.source->fill(part_);
        bytes_ = part_.size();
    } catch (const ParameterError& problem) {
        const auto item = static_cast<std::size_t>(progress_.rows) + part_.rows;
        throw ParameterError("item " + std::to_string(item) + ": " + problem.what());
    }
}

Task<> BulkRun::insert_all() {
    if (transaction_->endpoint().capabilities().bulk) return insert_by_backend();
    return insert_by_statements();
}

Task<Outcome> BulkRun::send(Statement::Pointer statement, Verb verb) {
    const Context& context = co_await this_context();
    Request request = session_->request_for({verb}, std::move(statement), nullptr, context);
    if (verb == Verb::bulk_begin) request.bulk = &table_;
    Outcome outcome = co_await transaction_->run(std::move(request));
    co_return outcome;
}

Task<> BulkRun::insert_by_backend() {
    const Context& context = co_await this_context();
    const Outcome opened = co_await transaction_->run(session_->request(context));
    if (opened.error) std::rethrow_exception(opened.error);
    const Outcome begun = co_await send(Statement::of_rows(text_, {}, 0), Verb::bulk_begin);
    if (begun.error) std::rethrow_exception(begun.error);
    while (part_.rows != 0) {
        const auto first = static_cast<std::size_t>(progress_.rows);
        const Outcome sent = co_await send(Statement::of_rows(text_, std::move(part_.values), first), Verb::bulk_rows);
        if (sent.error) std::rethrow_exception(sent.error);
        part_done();
        co_await fill();
    }
    const Outcome ended = co_await send(Statement::of_rows(text_, {}, 0), Verb::bulk_end);
    note(ended);
    check_count();
}

/// The database may leave rows out, as triggers do; it cannot have taken more than there were.
void BulkRun::check_count() const {
    if (result_.rows_affected >= 0 && result_.rows_affected <= progress_.rows) return;
    throw_database_error({.message = "the database says that it has taken " + std::to_string(result_.rows_affected) +
                                     " rows of " + std::to_string(progress_.rows),
                          .sqlstate = "XX000"});
}

Task<> BulkRun::insert_by_statements() {
    while (part_.rows != 0) {
        co_await insert_part();
        part_done();
        co_await fill();
    }
}

/// Several rows by one statement, and the rest singly.
Task<> BulkRun::insert_part() {
    const std::size_t together = part_.rows / part_.granule * part_.granule;
    if (part_.granule == 1 || together == 0) co_return co_await insert_singly(std::move(part_.values));
    const bool is_done = co_await insert_together(together);
    if (!is_done) co_return co_await insert_singly(std::move(part_.values));
    if (together == part_.rows) co_return;
    ParameterBuffer rest;
    rest.append(part_.values, together * table_.width, part_.values.size());
    progress_.rows += static_cast<std::int64_t>(together);
    part_.rows -= together;
    co_await insert_singly(std::move(rest));
}

/// False where one of the rows was refused, and none is inserted.
Task<bool> BulkRun::insert_together(std::size_t rows) {
    if (together_ == nullptr) together_ = bulk_insert_text(*session_->rules().dialect, table_, part_.granule);
    ParameterBuffer values = part_.values;
    values.resize(rows * table_.width);
    const auto first = static_cast<std::size_t>(progress_.rows);
    auto statement = Statement::of_rows(together_, std::move(values), first, part_.granule);
    const Outcome outcome = co_await send(std::move(statement), Verb::run);
    if (outcome.error && may_be_repeated(outcome)) co_return false;
    note(outcome);
    co_return true;
}

Task<> BulkRun::insert_singly(ParameterBuffer values) {
    const auto first = static_cast<std::size_t>(progress_.rows);
    const Outcome outcome = co_await send(Statement::of_rows(text_, std::move(values), first), Verb::run);
    note(outcome);
}

void BulkRun::note(const Outcome& outcome) {
    if (outcome.error) std::rethrow_exception(outcome.error);
    result_.rows_affected += outcome.result.rows_affected;
    result_.last_insert_id = outcome.result.last_insert_id;
    result_.command = text_->command;
}

void BulkRun::part_done() {
    progress_.rows += static_cast<std::int64_t>(part_.rows);
    progress_.bytes += static_cast<std::int64_t>(bytes_);
    if (insert_.options.on_progress()) insert_.options.on_progress()(progress_);
}

Task<Result> insert_in_bulk(std::shared_ptr<SessionState> session, BulkInsert& insert) {
    const Context& context = co_await this_context();
    check_thread(context, session->plan().database->connectivity.home());
    BulkRun run{std::move(session), insert};
    co_return co_await run.run();
}

}  // namespace databased::detail
