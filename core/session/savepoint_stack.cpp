#include "session/savepoint_stack.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace databased::detail {

using backend::Verb;

void SavepointStack::pop() noexcept {
    const Level level = levels_.back();
    levels_.pop_back();
    if (level.is_made) to_undo_.push_back(level.savepoint);
}

bool SavepointStack::has(std::uint32_t savepoint) const noexcept {
    return std::any_of(levels_.begin(), levels_.end(),
                       [&](const Level& level) { return level.savepoint == savepoint && level.is_made; });
}

bool SavepointStack::is_read_only() const noexcept {
    return access_ == Access::read ||
           std::any_of(levels_.begin(), levels_.end(), [](const Level& level) { return level.access == Access::read; });
}

bool SavepointStack::is_settled() const noexcept {
    return status_.has_begun() && to_undo_.empty() && (levels_.empty() || levels_.back().is_made) &&
           next_release() == 0 && !cursors_.has_to_close();
}

/// The outermost that can be released without a session's savepoint going with it; 0 if there is none.
std::uint32_t SavepointStack::next_release() const noexcept {
    std::uint32_t innermost = 0;
    for (const Level& level : levels_) {
        if (level.is_made) innermost = level.savepoint;
    }
    std::uint32_t next = 0;
    for (const std::uint32_t savepoint : to_release_) {
        if (savepoint > innermost && (next == 0 || savepoint < next)) next = savepoint;
    }
    return next;
}

backend::Commands SavepointStack::before_end() const {
    backend::Commands commands;
    if (!to_undo_.empty()) {
        commands.push_back({Verb::rollback_to, *std::min_element(to_undo_.begin(), to_undo_.end())});
    }
    return commands;
}

backend::Commands SavepointStack::before_statement() const {
    backend::Commands commands = before_end();
    if (commands.empty()) {
        if (const std::uint32_t release = next_release(); release != 0) commands.push_back({Verb::release, release});
        cursors_.add_to(commands);
    }
    if (!status_.has_begun()) commands.push_back({Verb::begin});
    for (const Level& level : levels_) {
        if (level.is_made) continue;
        commands.push_back({Verb::savepoint, level.savepoint});
        if (level.access == Access::read && access_ == Access::write) commands.push_back({Verb::read_only});
    }
    return commands;
}

void SavepointStack::undo(std::uint32_t savepoint) noexcept {
    for (Level& level : levels_) {
        if (level.savepoint == savepoint && std::exchange(level.is_made, false)) to_undo_.push_back(savepoint);
    }
}

void SavepointStack::note(const backend::Commands& commands, const Judged& judged) {
    const std::span done{commands.begin(), std::min(judged.outcome.done, commands.size())};
    for (const backend::Command& command : done) {
        if (command.verb == Verb::savepoint) savepoint_made(command.number);
        if (command.verb == Verb::rollback_to || command.verb == Verb::release) forget_inside(command.number);
        if (command.verb == Verb::rollback_to) to_release_.push_back(command.number);
        cursors_.note(command);
    }
    status_.note(done, judged);
}

void SavepointStack::savepoint_made(std::uint32_t savepoint) {
    const auto level =
        std::find_if(levels_.begin(), levels_.end(), [&](const Level& each) { return each.savepoint == savepoint; });
    if (level != levels_.end()) {
        level->is_made = true;
    } else {
        to_undo_.push_back(savepoint);  // its session was destroyed meanwhile
    }
}

/// It and all that were made after it are gone.
void SavepointStack::forget_inside(std::uint32_t savepoint) noexcept {
    const auto is_inside = [savepoint](std::uint32_t other) { return other >= savepoint; };
    std::erase_if(to_undo_, is_inside);
    std::erase_if(to_release_, is_inside);
    for (Level& level : levels_) {
        if (is_inside(level.savepoint)) level.is_made = false;
    }
}

}  // namespace databased::detail
