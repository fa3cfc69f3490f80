#include "queued_request.hpp"

#include <utility>

namespace databased::postgresql {

namespace {

std::size_t place_of_run_in(const backend::Commands& commands) noexcept {
    std::size_t place = 0;
    while (place < commands.size() && !backend::gives_rows(commands[place].verb)) ++place;
    return place;
}

}  // namespace

QueuedRequest::QueuedRequest(Request&& request, bool is_own)
    : nature(request.nature),  // until it is looked up anew: who may travel with others is asked before
      request_(std::move(request)),
      verbs_(request_.verbs()),
      place_of_run_(place_of_run_in(request_.commands)),
      is_own_(is_own),
      is_in_unit_(verbs_.leave_open(request_.expected == backend::Transaction::open)),
      may_be_stopped_(verbs_.may_be_stopped()) {}

bool QueuedRequest::ends_transaction() const noexcept {
    if (request_.commands.empty()) return false;
    const backend::Verb last = request_.commands[request_.commands.size() - 1].verb;
    return last == backend::Verb::commit || last == backend::Verb::rollback;
}

bool QueuedRequest::can_be_undone() const noexcept {
    if (!has_run() || place_of_run_ == 0 || request_.read_only) return false;
    return begins_transaction() || request_.commands[place_of_run_ - 1].verb == backend::Verb::savepoint;
}

void QueuedRequest::roll_back_first() {
    rolls_back_first_ = true;
    backend::Commands commands;
    commands.push_back({backend::Verb::rollback});
    for (const backend::Command& command : request_.commands) commands.push_back(command);
    request_.commands = std::move(commands);
    verbs_ = request_.verbs();
    place_of_run_ = place_of_run_in(request_.commands);
}

bool QueuedRequest::may_join_burst() const noexcept {
    return request_.read_only && request_.may_share && is_read() && runs() == 1 && !goes_alone;
}

}  // namespace databased::postgresql
