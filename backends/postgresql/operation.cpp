#include "operation.hpp"

#include "error.hpp"
#include "pipeline.hpp"

#include <databased/backend/redaction.hpp>

#include <string>
#include <utility>

namespace databased::postgresql {

Operation::Operation(Pipeline& pipeline, Request&& request, bool is_own)
    : QueuedRequest(std::move(request), is_own),
      pipeline_(pipeline),
      rows_(this->request().sink, pipeline.state().catalog),
      stop_(*this, pipeline) {
    if (statement() != nullptr && runs() != 0) outcome_.result.command = statement()->text().command;
    pipeline_.submit(*this);
}

Operation::~Operation() {
    if (!is_over_) pipeline_.abandon(*this);
}

void Operation::begin(Pipeline& pipeline, backend::Exchange& exchange) {
    auto* const operation = new Operation{pipeline, static_cast<Request&&>(exchange)};
    operation->exchange_ = &exchange;
    exchange.hold(*operation);
    operation->stop_.listen();
}

void Operation::await_suspend(std::coroutine_handle<> caller) {
    caller_ = caller;
    stop_.listen();
}

Outcome Operation::take_outcome() {
    if (!outcome_.error) outcome_.error = rows_.error();
    if (rolls_back_first() && outcome_.done != 0) --outcome_.done;
    return std::move(outcome_);
}

bool Operation::has_enough() const noexcept {
    constexpr std::size_t many = 256;
    const RowSink* const sink = request().sink;
    return changes_nothing() && sink != nullptr && sink->wants_first_row_only() && rows_.count() > many;
}

void Operation::rows_came(detail::Clock::duration took) noexcept {
    cursor->size.note(rows_given, size_of_rows, took);
    outcome_.is_at_end = rows_given < rows_asked_for;
}

void Operation::explain_cancel() noexcept {
    if (!was_cancelled || is_answered) return;
    const bool is_wanted = !should_stop() && has_enough();
    was_ended = should_stop() || is_wanted;
    if (was_ended) replace_error(is_wanted ? nullptr : stop_error());
}

void Operation::set_answered() noexcept {
    explain_cancel();
    is_answered = true;
}

/// What fails behind the last run, as a commit does, is of all of them.
void Operation::fail(const PGresult* result) {
    if (cursor != nullptr) return fail(error_of(*cursor, result));
    if (statement() == nullptr || runs() == 0) return fail(error_of(result, nullptr));
    const bool is_of_all = done_runs == runs();
    const std::size_t first = is_of_all ? 0 : done_runs;
    const std::size_t last = is_of_all ? runs() - 1 : done_runs;
    const bool is_of_one = first == last;
    std::string values = request().reports_values && is_of_one ? statement()->describe_values(first) : std::string{};
    const bool has_number = statement()->is_many() && !is_of_all;
    const std::string item = has_number ? "item " + std::to_string(statement()->item(first)) + ": " : std::string{};
    const auto bound = backend::texts_of(*statement(), first, last);
    fail(error_of(result, &statement()->text(), std::move(values), item, bound));
}

void Operation::start_over() {
    rows_.restart();
    forget();
    static_cast<Progress&>(*this) = Progress{};
}

void Operation::finish(backend::Transaction transaction) noexcept {
    if (!pipeline_.state().is_lost) answered();
    end(transaction);
}

void Operation::refuse(std::exception_ptr error, backend::Transaction transaction) noexcept {
    fail(std::move(error));
    outcome_.delivery = backend::Delivery::not_sent;
    if (undoes_savepoint) {  // a first attempt has made it, and has failed behind it
        while (verbs_done() < place_of_run()) verb_done();
        outcome_.delivery = backend::Delivery::answered;
        transaction = backend::Transaction::failed;
    }
    end(transaction);
}

void Operation::end(backend::Transaction transaction) noexcept {
    const bool was_run = has_run() && done_runs == runs() && (!has_failed() || !is_alone());
    const bool has_row = statement() != nullptr && was_ended && !has_failed();
    const bool was_seen = is_ping() && !has_failed();  // it is answered by the sync
    if (was_run || has_row || was_seen) ++outcome_.done;
    outcome_.transaction = transaction;
    is_over_ = true;
    stop_.end();
    if (exchange_ != nullptr) {
        exchange_->finish(take_outcome());
    } else if (caller_) {
        pipeline_.loop().schedule(std::exchange(caller_, nullptr));
    }
}

}  // namespace databased::postgresql
