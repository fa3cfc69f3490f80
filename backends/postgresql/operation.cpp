#include "operation.hpp"

#include "error.hpp"
#include "pipeline.hpp"
#include "redaction.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace databased::postgresql {

namespace {

bool changes_rows(std::string_view tag) {
    return tag.starts_with("INSERT") || tag.starts_with("UPDATE") || tag.starts_with("DELETE") ||
           tag.starts_with("MERGE") || tag.starts_with("COPY");
}

std::size_t place_of_run_in(const backend::Commands& commands) noexcept {
    std::size_t place = 0;
    while (place < commands.size() && commands[place].verb != backend::Verb::run) ++place;
    return place;
}

}  // namespace

Operation::Operation(Pipeline& pipeline, Request&& request, bool is_own)
    : nature(request.nature),  // until it is looked up anew: who may travel with others is asked before
      pipeline_(pipeline),
      request_(std::move(request)),
      verbs_(request_.verbs()),
      place_of_run_(place_of_run_in(request_.commands)),
      rows_(request_.sink, pipeline.types()),
      is_own_(is_own),
      is_in_unit_(verbs_.leave_open(request_.expected == backend::Transaction::open)),
      may_be_stopped_(verbs_.may_be_stopped()) {
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
    operation->listen();
}

void Operation::await_suspend(std::coroutine_handle<> caller) {
    caller_ = caller;
    listen();
}

void Operation::listen() {
    if (cleans_up()) pipeline_.loop().start(*this, detail::Clock::now() + pipeline_.patience());
    if (!may_be_stopped_) return;
    if (request_.deadline != detail::Clock::time_point::max()) pipeline_.loop().start(*this, request_.deadline);
    if (request_.stop == nullptr) return;
    if (request_.stop->requested()) {
        on_stop();
    } else {
        request_.stop->add(*this);
    }
}

Outcome Operation::await_resume() { return take_outcome(); }

Outcome Operation::take_outcome() {
    if (!outcome_.error) outcome_.error = rows_.error();
    if (rolls_back_first_ && outcome_.done != 0) --outcome_.done;
    return std::move(outcome_);
}

bool Operation::may_join_burst() const noexcept {
    return request_.read_only && request_.may_share && is_read() && runs() == 1 && !goes_alone;
}

bool Operation::may_join_flight() const noexcept { return is_in_unit_ && verbs() == 0 && runs() == 1; }

bool Operation::has_committed() const noexcept { return commits() && verbs_done() == verbs() && !has_failed(); }
bool Operation::cleans_up() const noexcept { return statement() == nullptr && !may_be_stopped_ && !commits(); }
bool Operation::ends_transaction() const noexcept {
    if (request_.commands.empty()) return false;
    const backend::Verb last = request_.commands[request_.commands.size() - 1].verb;
    return last == backend::Verb::commit || last == backend::Verb::rollback;
}

bool Operation::is_time_to_stop() const noexcept {
    if (was_stopped_ || timed_out_ || (request_.stop != nullptr && request_.stop->requested())) return true;
    return request_.deadline != detail::Clock::time_point::max() && request_.deadline <= detail::Clock::now();
}

std::exception_ptr Operation::stop_error() const {
    if (was_stopped_ || (request_.stop != nullptr && request_.stop->requested())) {
        return std::make_exception_ptr(StoppedError("the statement was stopped on request"));
    }
    return std::make_exception_ptr(TimeoutError("the statement was stopped: its time limit has passed"));
}

bool Operation::has_enough() const noexcept {
    constexpr std::size_t many = 256;
    return changes_nothing() && request_.sink != nullptr && request_.sink->wants_first_row_only() &&
           rows_.count() > many;
}

void Operation::explain_cancel() noexcept {
    if (!was_cancelled || is_answered) return;
    const bool is_wanted = !should_stop() && has_enough();
    was_ended = should_stop() || is_wanted;
    if (was_ended) outcome_.error = is_wanted ? nullptr : stop_error();
}

void Operation::set_answered() noexcept {
    explain_cancel();
    is_answered = true;
}

void Operation::on_stop() noexcept {
    was_stopped_ = true;
    pipeline_.stop(*this);
}

void Operation::on_time() noexcept {
    timed_out_ = true;
    pipeline_.stop(*this);
}

void Operation::fail(std::exception_ptr error) noexcept {
    if (!outcome_.error) outcome_.error = std::move(error);
}

/// What fails behind the last run, as a commit does, is of all of them.
void Operation::fail(const PGresult* result) {
    if (statement() == nullptr || runs() == 0) return fail(error_of(result, nullptr));
    const bool is_of_all = done_runs == runs();
    const std::size_t first = is_of_all ? 0 : done_runs;
    const std::size_t last = is_of_all ? runs() - 1 : done_runs;
    const bool is_of_one = first == last;
    std::string values = request_.reports_values && is_of_one ? statement()->describe_values(first) : std::string{};
    const bool has_number = statement()->is_many() && !is_of_all;
    const std::string item = has_number ? "item " + std::to_string(first) + ": " : std::string{};
    const auto bound = texts_of(*statement(), first, last);
    fail(error_of(result, &statement()->text(), std::move(values), item, bound));
}

void Operation::run_done(const PGresult* result) {
    const std::string_view tag = PQcmdStatus(const_cast<PGresult*>(result));
    if (changes_rows(tag)) {
        outcome_.result.rows_affected += std::strtoll(PQcmdTuples(const_cast<PGresult*>(result)), nullptr, 10);
    }
}

void Operation::start_over() {
    rows_.restart();
    held.clear();
    outcome_.error = nullptr;
    outcome_.done = 0;
    outcome_.result.rows_affected = 0;
    prepared = nullptr;
    sent_runs = done_runs = 0;
    is_sent = is_stale = was_cancelled = was_skipped = may_be_hit = flight_ended = false;
    is_enclosed = awaits_reset = is_answered = was_ended = false;
    type_search = 0;
}

void Operation::roll_back_first() {
    rolls_back_first_ = true;
    backend::Commands commands;
    commands.push_back({backend::Verb::rollback});
    for (const backend::Command& command : request_.commands) commands.push_back(command);
    request_.commands = std::move(commands);
    verbs_ = request_.verbs();
    place_of_run_ = place_of_run_in(request_.commands);
}

void Operation::finish(backend::Transaction transaction) noexcept {
    if (!pipeline_.is_lost()) outcome_.delivery = backend::Delivery::answered;
    end(transaction);
}

void Operation::refuse(std::exception_ptr error, backend::Transaction transaction) noexcept {
    fail(std::move(error));
    outcome_.delivery = backend::Delivery::not_sent;
    end(transaction);
}

void Operation::end(backend::Transaction transaction) noexcept {
    const bool was_run = statement() != nullptr && done_runs == runs() && (!has_failed() || !is_alone());
    const bool has_row = statement() != nullptr && was_ended && !has_failed();
    const bool was_seen = is_ping() && !has_failed();  // it is answered by the sync
    if (was_run || has_row || was_seen) ++outcome_.done;
    outcome_.transaction = transaction;
    is_over_ = true;
    detail::StopListener::unlink();
    if (is_running()) pipeline_.loop().stop(*this);
    if (exchange_ != nullptr) {
        exchange_->finish(take_outcome());
    } else if (caller_) {
        pipeline_.loop().schedule(std::exchange(caller_, nullptr));
    }
}

}  // namespace databased::postgresql
