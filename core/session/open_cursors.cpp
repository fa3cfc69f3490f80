#include "session/open_cursors.hpp"

#include <algorithm>

namespace databased::detail {

using backend::Verb;

bool OpenCursors::has(std::uint32_t cursor) const noexcept {
    return std::find(open_.begin(), open_.end(), cursor) != open_.end();
}

void OpenCursors::leave(std::uint32_t cursor) {
    if (std::erase(open_, cursor) != 0) left_.push_back(cursor);
}

void OpenCursors::add_to(backend::Commands& commands) const {
    for (const std::uint32_t cursor : left_) commands.push_back({Verb::close_cursor, cursor});
}

void OpenCursors::note(const backend::Command& command) noexcept {
    if (command.verb == Verb::close_cursor) std::erase(left_, command.number);
    if (command.verb != Verb::rollback_to) return;
    const auto is_inside = [&](std::uint32_t cursor) { return cursor > command.number; };
    std::erase_if(open_, is_inside);
    std::erase_if(left_, is_inside);
}

}  // namespace databased::detail
