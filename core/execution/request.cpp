#include <databased/backend.hpp>

#include <algorithm>
#include <utility>

namespace databased::backend {

bool Request::has(Verb verb) const noexcept {
    return std::any_of(commands.begin(), commands.end(), [verb](const auto& command) { return command.verb == verb; });
}

bool Request::is_in_unit() const noexcept {
    bool is_open = expected == Transaction::open;
    for (const auto& command : commands) {
        if (command.verb == Verb::commit || command.verb == Verb::rollback) return false;
        is_open = is_open || command.verb == Verb::begin;
    }
    return is_open;
}

bool Request::may_be_stopped() const noexcept {
    return std::any_of(commands.begin(), commands.end(), [](const auto& command) {
        return command.verb == Verb::run || command.verb == Verb::begin || command.verb == Verb::savepoint ||
               command.verb == Verb::ping;
    });
}

Exchange::~Exchange() { let_go(); }

void Exchange::let_go() noexcept {
    if (Pending* const pending = std::exchange(pending_, nullptr)) pending->let_go();
}

}  // namespace databased::backend
