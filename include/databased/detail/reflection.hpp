// What a plain struct is made of: how many members, which, and their names. No macro and no registration; works for
// structs inside functions and in anonymous namespaces too.
//
// Not possible, and refused with a message: base classes, C arrays, references, more than 64 members. A bit-field
// cannot be bound to a reference, so a struct with one does not compile.
#pragma once

#include <databased/detail/member_table.hpp>
#include <databased/detail/pretty_name.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace databased::detail {

template <class T>
concept TupleLike = requires { std::tuple_size<T>::value; };

/// A struct whose members stand for columns: an aggregate class with at least one member, not std::array and its like.
template <class T>
concept ReflectableStruct = std::is_class_v<T> && std::is_aggregate_v<T> && !std::is_empty_v<T> && !TupleLike<T>;

// Members are counted by asking with how many initializers T{...} is valid, with `{}` for each, which says nothing to a
// member's constructor templates and stands for a whole member, be it an aggregate or an array.

/// Initializes any type except T. Never called. `const&&` makes it a worse match than a constructor template that takes
/// U&& and a better one than one that takes const U&, so that it is ambiguous with neither.
template <class T>
struct AnyMember {
    template <class U>
        requires(!std::same_as<U, T>)
    operator U() const&& noexcept;
};

/// Initializes base classes of T, and what takes anything.
template <class T>
struct AnyBase {
    template <class U>
        requires(std::is_base_of_v<U, T> && !std::same_as<U, T>)
    operator U() const&& noexcept;
};

/// Initializes only what takes anything, such as std::any.
struct Nothing {};

template <class T, std::size_t>
using AnyMemberAt = AnyMember<T>;

template <class T, std::size_t... I>
constexpr bool takes_any_members(std::index_sequence<I...>) {
    return requires { T{AnyMemberAt<T, I>{}...}; };
}

/// The members before the first one that cannot be made from `{}`; all of them where there is none such.
template <class T, std::size_t Count = 0>
constexpr std::size_t count_by_braces() {
    if constexpr (Count < max_members) {
        if constexpr (takes_braces<T>(MemberCount<Count + 1>{})) return count_by_braces<T, Count + 1>();
    }
    return Count;
}

/// The largest number of AnyMembers that T takes; 0 if none. An array would count once per element. The valid numbers
/// are a range that begins after the last member without a default.
template <class T, std::size_t Count = 1, bool Begun = false>
constexpr std::size_t count_by_any() {
    constexpr bool valid = takes_any_members<T>(std::make_index_sequence<Count>{});
    if constexpr (Begun && !valid) {
        return Count - 1;
    } else if constexpr (Count > max_members) {
        return valid ? Count : 0;
    } else {
        return count_by_any<T, Count + 1, valid>();
    }
}

/// 0 if they cannot be counted; max_members + 1 if there are too many.
template <class T>
constexpr std::size_t count_members() {
    constexpr std::size_t count = count_by_braces<T>();
    constexpr bool complete = count != 0 && !takes_braces<T, AnyMember<T>>(MemberCount<count>{});
    if constexpr (complete) {
        return count;
    } else if constexpr (count == max_members) {
        return max_members + 1;
    } else {
        return count_by_any<T>();
    }
}

template <class T>
constexpr bool has_base() {
    return takes_braces<T, AnyBase<T>>(MemberCount<0>{}) && !takes_braces<T, Nothing>(MemberCount<0>{});
}

template <class T>
constexpr std::size_t checked_member_count() {
    static_assert(ReflectableStruct<T>,
                  "databased: a mapped struct must be an aggregate: public members, no constructor, nothing virtual");
    static_assert(!has_base<T>(), "databased: a mapped struct must not have a base class");
    constexpr std::size_t count = count_members<T>();
    static_assert(count != 0, "databased: the members of this struct cannot be counted (is one of them a reference?)");
    static_assert(count <= max_members, "databased: a mapped struct may have at most 64 members");
    return count;
}

template <class T>
inline constexpr std::size_t member_count_of = checked_member_count<T>();

/// The number of T's members. T as it is or const.
template <class T>
constexpr std::size_t member_count() noexcept {
    return member_count_of<std::remove_cv_t<T>>;
}

/// The members of `object` in their order, as MemberReferences (to const if the object is).
template <class T>
constexpr auto tie_members(T& object) noexcept {
    return tie_members(object, MemberCount<member_count<T>()>{});
}

/// The type of T's member number I.
template <class T, std::size_t I>
using MemberType = std::remove_reference_t<decltype(nth_member<I>(tie_members(std::declval<T&>())))>;

/// Memory of a T that is never made, for the addresses of its members. Defined and not merely declared, as compilers
/// warn about undeclared things of local types.
template <class T>
union Unborn {
    constexpr Unborn() noexcept : nothing{} {}
    constexpr ~Unborn() {}
    Unborn(const Unborn&) = delete;
    Unborn& operator=(const Unborn&) = delete;

    char nothing;
    T value;
};

template <class T>
inline constinit Unborn<T> unborn{};

/// Clang before 18 takes a pointer to a member of an object as template argument only inside a class.
template <class M>
struct MemberAddress {
    M* address;
};

template <class T, std::size_t I>
constexpr auto address_of_member() noexcept {
    return MemberAddress<MemberType<T, I>>{std::addressof(nth_member<I>(tie_members(unborn<T>.value)))};
}

template <class T>
inline constexpr auto member_names_of = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::string_view, sizeof...(I)>{last_identifier(pretty_value<address_of_member<T, I>()>())...};
}(std::make_index_sequence<member_count<T>()>{});

/// The names of T's members in their order.
template <class T>
constexpr const std::array<std::string_view, member_count<T>()>& member_names() noexcept {
    return member_names_of<std::remove_cv_t<T>>;
}

/// The name of one member: member_name<&Movie::title>() is "title".
template <auto Member>
    requires std::is_member_object_pointer_v<decltype(Member)>
constexpr std::string_view member_name() noexcept {
    return last_identifier(pretty_value<Member>());
}

/// The place of `member` among T's members; member_count<T>() for a null pointer.
template <class T, class M>
std::size_t member_index(M T::*member) noexcept {
    constexpr std::size_t count = member_count<T>();
    if (member == nullptr) return count;
    const void* const wanted = std::addressof(unborn<T>.value.*member);
    std::size_t index = 0;
    const auto is_wanted = [&]<class Other>(Other& other) {
        if (std::is_same_v<Other, M> && std::addressof(other) == wanted) return true;
        ++index;
        return false;
    };
    tie_members(unborn<T>.value).apply([&](auto&... each) { static_cast<void>((is_wanted(each) || ...)); });
    return index;
}

}  // namespace databased::detail
