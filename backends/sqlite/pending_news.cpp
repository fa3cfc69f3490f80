#include "pending_news.hpp"

#include <algorithm>

namespace databased::sqlite {

void PendingNews::take_back(std::size_t mark) {
    if (mark < messages_.size())
        messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(mark), messages_.end());
}

/// Those inside of a savepoint go with it; rolled back to, it is still there itself.
void PendingNews::note(const backend::Command& command) {
    if (command.verb == backend::Verb::savepoint) return savepoints_.push_back({command.savepoint, messages_.size()});
    if (command.verb != backend::Verb::rollback_to && command.verb != backend::Verb::release) return;
    const auto found = std::find_if(savepoints_.begin(), savepoints_.end(),
                                    [&](const Savepoint& savepoint) { return savepoint.number == command.savepoint; });
    if (found == savepoints_.end()) return;
    if (command.verb == backend::Verb::release) {
        savepoints_.erase(found, savepoints_.end());
    } else {
        take_back(found->mark);
        savepoints_.erase(found + 1, savepoints_.end());
    }
}

std::vector<Message> PendingNews::take() noexcept {
    savepoints_.clear();
    return std::exchange(messages_, {});
}

}  // namespace databased::sqlite
