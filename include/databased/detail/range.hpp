// What of <ranges> the headers need. That header itself costs every file of a user a good tenth of its time.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace databased::detail {

namespace range_access {

using std::begin;
using std::end;

template <class R>
auto begin_of(R& range) -> decltype(begin(range)) {
    return begin(range);
}
template <class R>
auto end_of(R& range) -> decltype(end(range)) {
    return end(range);
}

}  // namespace range_access

/// What a range-based for goes through, as often as it begins: a view may change while it is read.
template <class R>
concept Range = requires(std::remove_reference_t<R>& range) {
    *range_access::begin_of(range);
    { range_access::begin_of(range) != range_access::end_of(range) } -> std::convertible_to<bool>;
};

template <Range R>
using range_reference = decltype(*range_access::begin_of(std::declval<std::remove_reference_t<R>&>()));
template <Range R>
using range_value = std::remove_cvref_t<range_reference<R>>;

/// How many elements `range` has, or `otherwise` where it cannot tell.
template <Range R>
std::size_t size_of_range(const R& range, std::size_t otherwise) {
    if constexpr (std::is_bounded_array_v<R>) {
        return std::extent_v<R>;
    } else if constexpr (requires {
                             { range.size() } -> std::convertible_to<std::size_t>;
                         }) {
        return static_cast<std::size_t>(range.size());
    } else {
        return otherwise;
    }
}

}  // namespace databased::detail
