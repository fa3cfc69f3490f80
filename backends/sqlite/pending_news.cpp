#include "pending_news.hpp"

#include <algorithm>

namespace databased::sqlite {

void PendingNews::take_back(std::size_t mark) {
    if (mark < messages_.size())
        messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(mark), messages_.end());
}

/// Those inside of a savepoint go with it; rolled back to, it is still there itself.
void PendingNews::note(const backend::Command& command) {
    if (command.verb == backend::Verb::savepoint) return savepoints_.push_back({command.number, messages_.size()});
    if (command.verb != backend::Verb::rollback_to && command.verb != backend::Verb::release) return;
    const auto found = std::find_if(savepoints_.begin(), savepoints_.end(),
                                    [&](const Savepoint& savepoint) { return savepoint.number == command.number; });
    if (found == savepoints_.end()) return;
    if (command.verb == backend::Verb::release) {
        savepoints_.erase(found, savepoints_.end());
    } else {
        take_back(found->mark);
        savepoints_.erase(found + 1, savepoints_.end());
    }
}

void PendingNews::write(const std::shared_ptr<const WrittenTables>& tables) {
    constexpr std::size_t few = 32;
    if (!written_.empty() && written_.back() == tables) return;
    if (std::find(written_.begin(), written_.end(), tables) != written_.end()) return;
    written_.push_back(tables);
    if (written_.size() <= few) return;
    auto all = std::make_shared<const WrittenTables>(take_written());
    written_.push_back(std::move(all));
}

std::vector<Message> PendingNews::take_messages() noexcept {
    savepoints_.clear();
    return std::exchange(messages_, {});
}

WrittenTables PendingNews::take_written() {
    WrittenTables all;
    for (const auto& tables : written_) {
        all.names.insert(tables->names.begin(), tables->names.end());
        all.may_be_any = all.may_be_any || tables->may_be_any;
    }
    written_.clear();
    return all;
}

void PendingNews::clear() noexcept {
    savepoints_.clear();
    messages_.clear();
    written_.clear();
}

}  // namespace databased::sqlite
