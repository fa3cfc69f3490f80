#include "query/scope.hpp"

#include "query/sources.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace databased::detail {

std::string_view name_of(Clause clause) noexcept {
    constexpr std::array<std::string_view, 10> names{"from()",     "the condition of a join",
                                                     "where()",    "group_by()",
                                                     "set()",      "the values of an insert",
                                                     "select()",   "having()",
                                                     "order_by()", "returning()"};
    return names[static_cast<std::size_t>(clause)];
}

void Scope::add(const Node& source) {
    if (find(source) != nullptr) {
        throw UsageError("a query has two sources called '" + std::string{label_of(source)} +
                         "': give one another name with as<\"name\">()");
    }
    sources_.push_back(&source);
}

const Node* Scope::find(const Node& column) const noexcept {
    const auto found = std::find_if(sources_.begin(), sources_.end(),
                                    [&](const Node* source) { return label_of(*source) == label_of(column); });
    return found == sources_.end() ? nullptr : *found;
}

void Scope::note_aggregate() noexcept {
    has_aggregates_ = true;
    selects_aggregates_ = selects_aggregates_ || clause_ == Clause::items;
}

}  // namespace databased::detail
