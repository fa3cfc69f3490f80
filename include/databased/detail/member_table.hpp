// What C++20 can only say with a list of written length: braces for, and bindings to, each of a struct's members.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace databased::detail {

/// Members that a struct may have at most to be mapped.
inline constexpr std::size_t max_members = 64;

template <std::size_t Count>
using MemberCount = std::integral_constant<std::size_t, Count>;

/// One of MemberReferences.
template <std::size_t I, class M>
struct MemberReference {
    M* member;
};

/// References to several members: what a std::tuple of them would be, which costs more to compile than all else here.
template <class Indices, class... M>
struct MemberReferences;
template <std::size_t... I, class... M>
struct MemberReferences<std::index_sequence<I...>, M...> : MemberReference<I, M>... {
    /// Calls `function` with all of them.
    template <class F>
    constexpr decltype(auto) apply(F&& function) const {
        return function(*MemberReference<I, M>::member...);
    }
};

template <class... M>
constexpr auto refer_to(M&... members) noexcept {
    return MemberReferences<std::index_sequence_for<M...>, M...>{{std::addressof(members)}...};
}

/// Member number I.
template <std::size_t I, class M>
constexpr M& nth_member(const MemberReference<I, M>& reference) noexcept {
    return *reference.member;
}

/// Whether T{{}, {}, …, more...} is valid, with Count pairs of braces.
template <class T, class... More>
constexpr bool takes_braces(MemberCount<0>) {
    return requires { T{std::declval<More>()...}; };
}

// clang-format off
#define DATABASED_LIST_1(item) item(1)
#define DATABASED_LIST_2(item) item(1), item(2)
#define DATABASED_LIST_3(item) item(1), item(2), item(3)
#define DATABASED_LIST_4(item) item(1), item(2), item(3), item(4)
#define DATABASED_LIST_5(item) item(1), item(2), item(3), item(4), item(5)
#define DATABASED_LIST_6(item) item(1), item(2), item(3), item(4), item(5), item(6)
#define DATABASED_LIST_7(item) item(1), item(2), item(3), item(4), item(5), item(6), item(7)
#define DATABASED_LIST_8(item) item(1), item(2), item(3), item(4), item(5), item(6), item(7), item(8)
#define DATABASED_LIST_9(item) DATABASED_LIST_8(item), item(9)
#define DATABASED_LIST_10(item) DATABASED_LIST_8(item), item(9), item(10)
#define DATABASED_LIST_11(item) DATABASED_LIST_8(item), item(9), item(10), item(11)
#define DATABASED_LIST_12(item) DATABASED_LIST_8(item), item(9), item(10), item(11), item(12)
#define DATABASED_LIST_13(item) DATABASED_LIST_8(item), item(9), item(10), item(11), item(12), item(13)
#define DATABASED_LIST_14(item) DATABASED_LIST_8(item), item(9), item(10), item(11), item(12), item(13), item(14)
#define DATABASED_LIST_15(item) DATABASED_LIST_8(item), item(9), item(10), item(11), item(12), item(13), item(14), item(15)
#define DATABASED_LIST_16(item) DATABASED_LIST_8(item), item(9), item(10), item(11), item(12), item(13), item(14), item(15), item(16)
#define DATABASED_LIST_17(item) DATABASED_LIST_16(item), item(17)
#define DATABASED_LIST_18(item) DATABASED_LIST_16(item), item(17), item(18)
#define DATABASED_LIST_19(item) DATABASED_LIST_16(item), item(17), item(18), item(19)
#define DATABASED_LIST_20(item) DATABASED_LIST_16(item), item(17), item(18), item(19), item(20)
#define DATABASED_LIST_21(item) DATABASED_LIST_16(item), item(17), item(18), item(19), item(20), item(21)
#define DATABASED_LIST_22(item) DATABASED_LIST_16(item), item(17), item(18), item(19), item(20), item(21), item(22)
#define DATABASED_LIST_23(item) DATABASED_LIST_16(item), item(17), item(18), item(19), item(20), item(21), item(22), item(23)
#define DATABASED_LIST_24(item) DATABASED_LIST_16(item), item(17), item(18), item(19), item(20), item(21), item(22), item(23), item(24)
#define DATABASED_LIST_25(item) DATABASED_LIST_24(item), item(25)
#define DATABASED_LIST_26(item) DATABASED_LIST_24(item), item(25), item(26)
#define DATABASED_LIST_27(item) DATABASED_LIST_24(item), item(25), item(26), item(27)
#define DATABASED_LIST_28(item) DATABASED_LIST_24(item), item(25), item(26), item(27), item(28)
#define DATABASED_LIST_29(item) DATABASED_LIST_24(item), item(25), item(26), item(27), item(28), item(29)
#define DATABASED_LIST_30(item) DATABASED_LIST_24(item), item(25), item(26), item(27), item(28), item(29), item(30)
#define DATABASED_LIST_31(item) DATABASED_LIST_24(item), item(25), item(26), item(27), item(28), item(29), item(30), item(31)
#define DATABASED_LIST_32(item) DATABASED_LIST_24(item), item(25), item(26), item(27), item(28), item(29), item(30), item(31), item(32)
#define DATABASED_LIST_33(item) DATABASED_LIST_32(item), item(33)
#define DATABASED_LIST_34(item) DATABASED_LIST_32(item), item(33), item(34)
#define DATABASED_LIST_35(item) DATABASED_LIST_32(item), item(33), item(34), item(35)
#define DATABASED_LIST_36(item) DATABASED_LIST_32(item), item(33), item(34), item(35), item(36)
#define DATABASED_LIST_37(item) DATABASED_LIST_32(item), item(33), item(34), item(35), item(36), item(37)
#define DATABASED_LIST_38(item) DATABASED_LIST_32(item), item(33), item(34), item(35), item(36), item(37), item(38)
#define DATABASED_LIST_39(item) DATABASED_LIST_32(item), item(33), item(34), item(35), item(36), item(37), item(38), item(39)
#define DATABASED_LIST_40(item) DATABASED_LIST_32(item), item(33), item(34), item(35), item(36), item(37), item(38), item(39), item(40)
#define DATABASED_LIST_41(item) DATABASED_LIST_40(item), item(41)
#define DATABASED_LIST_42(item) DATABASED_LIST_40(item), item(41), item(42)
#define DATABASED_LIST_43(item) DATABASED_LIST_40(item), item(41), item(42), item(43)
#define DATABASED_LIST_44(item) DATABASED_LIST_40(item), item(41), item(42), item(43), item(44)
#define DATABASED_LIST_45(item) DATABASED_LIST_40(item), item(41), item(42), item(43), item(44), item(45)
#define DATABASED_LIST_46(item) DATABASED_LIST_40(item), item(41), item(42), item(43), item(44), item(45), item(46)
#define DATABASED_LIST_47(item) DATABASED_LIST_40(item), item(41), item(42), item(43), item(44), item(45), item(46), item(47)
#define DATABASED_LIST_48(item) DATABASED_LIST_40(item), item(41), item(42), item(43), item(44), item(45), item(46), item(47), item(48)
#define DATABASED_LIST_49(item) DATABASED_LIST_48(item), item(49)
#define DATABASED_LIST_50(item) DATABASED_LIST_48(item), item(49), item(50)
#define DATABASED_LIST_51(item) DATABASED_LIST_48(item), item(49), item(50), item(51)
#define DATABASED_LIST_52(item) DATABASED_LIST_48(item), item(49), item(50), item(51), item(52)
#define DATABASED_LIST_53(item) DATABASED_LIST_48(item), item(49), item(50), item(51), item(52), item(53)
#define DATABASED_LIST_54(item) DATABASED_LIST_48(item), item(49), item(50), item(51), item(52), item(53), item(54)
#define DATABASED_LIST_55(item) DATABASED_LIST_48(item), item(49), item(50), item(51), item(52), item(53), item(54), item(55)
#define DATABASED_LIST_56(item) DATABASED_LIST_48(item), item(49), item(50), item(51), item(52), item(53), item(54), item(55), item(56)
#define DATABASED_LIST_57(item) DATABASED_LIST_56(item), item(57)
#define DATABASED_LIST_58(item) DATABASED_LIST_56(item), item(57), item(58)
#define DATABASED_LIST_59(item) DATABASED_LIST_56(item), item(57), item(58), item(59)
#define DATABASED_LIST_60(item) DATABASED_LIST_56(item), item(57), item(58), item(59), item(60)
#define DATABASED_LIST_61(item) DATABASED_LIST_56(item), item(57), item(58), item(59), item(60), item(61)
#define DATABASED_LIST_62(item) DATABASED_LIST_56(item), item(57), item(58), item(59), item(60), item(61), item(62)
#define DATABASED_LIST_63(item) DATABASED_LIST_56(item), item(57), item(58), item(59), item(60), item(61), item(62), item(63)
#define DATABASED_LIST_64(item) DATABASED_LIST_56(item), item(57), item(58), item(59), item(60), item(61), item(62), item(63), item(64)
#define DATABASED_BRACES(n) {}
#define DATABASED_NAME(n) m##n

#define DATABASED_MEMBERS(n)                                                                        \
    template <class T, class... More>                                                               \
    constexpr bool takes_braces(MemberCount<n>) {                                                   \
        return requires { T{DATABASED_LIST_##n(DATABASED_BRACES), std::declval<More>()...}; };      \
    }                                                                                               \
    template <class T>                                                                              \
    constexpr auto tie_members(T& object, MemberCount<n>) noexcept {                                \
        auto& [DATABASED_LIST_##n(DATABASED_NAME)] = object;                                        \
        return refer_to(DATABASED_LIST_##n(DATABASED_NAME));                                        \
    }

DATABASED_MEMBERS(1) DATABASED_MEMBERS(2) DATABASED_MEMBERS(3) DATABASED_MEMBERS(4)
DATABASED_MEMBERS(5) DATABASED_MEMBERS(6) DATABASED_MEMBERS(7) DATABASED_MEMBERS(8)
DATABASED_MEMBERS(9) DATABASED_MEMBERS(10) DATABASED_MEMBERS(11) DATABASED_MEMBERS(12)
DATABASED_MEMBERS(13) DATABASED_MEMBERS(14) DATABASED_MEMBERS(15) DATABASED_MEMBERS(16)
DATABASED_MEMBERS(17) DATABASED_MEMBERS(18) DATABASED_MEMBERS(19) DATABASED_MEMBERS(20)
DATABASED_MEMBERS(21) DATABASED_MEMBERS(22) DATABASED_MEMBERS(23) DATABASED_MEMBERS(24)
DATABASED_MEMBERS(25) DATABASED_MEMBERS(26) DATABASED_MEMBERS(27) DATABASED_MEMBERS(28)
DATABASED_MEMBERS(29) DATABASED_MEMBERS(30) DATABASED_MEMBERS(31) DATABASED_MEMBERS(32)
DATABASED_MEMBERS(33) DATABASED_MEMBERS(34) DATABASED_MEMBERS(35) DATABASED_MEMBERS(36)
DATABASED_MEMBERS(37) DATABASED_MEMBERS(38) DATABASED_MEMBERS(39) DATABASED_MEMBERS(40)
DATABASED_MEMBERS(41) DATABASED_MEMBERS(42) DATABASED_MEMBERS(43) DATABASED_MEMBERS(44)
DATABASED_MEMBERS(45) DATABASED_MEMBERS(46) DATABASED_MEMBERS(47) DATABASED_MEMBERS(48)
DATABASED_MEMBERS(49) DATABASED_MEMBERS(50) DATABASED_MEMBERS(51) DATABASED_MEMBERS(52)
DATABASED_MEMBERS(53) DATABASED_MEMBERS(54) DATABASED_MEMBERS(55) DATABASED_MEMBERS(56)
DATABASED_MEMBERS(57) DATABASED_MEMBERS(58) DATABASED_MEMBERS(59) DATABASED_MEMBERS(60)
DATABASED_MEMBERS(61) DATABASED_MEMBERS(62) DATABASED_MEMBERS(63) DATABASED_MEMBERS(64)

#undef DATABASED_MEMBERS
#undef DATABASED_NAME
#undef DATABASED_BRACES
#undef DATABASED_LIST_1
#undef DATABASED_LIST_2
#undef DATABASED_LIST_3
#undef DATABASED_LIST_4
#undef DATABASED_LIST_5
#undef DATABASED_LIST_6
#undef DATABASED_LIST_7
#undef DATABASED_LIST_8
#undef DATABASED_LIST_9
#undef DATABASED_LIST_10
#undef DATABASED_LIST_11
#undef DATABASED_LIST_12
#undef DATABASED_LIST_13
#undef DATABASED_LIST_14
#undef DATABASED_LIST_15
#undef DATABASED_LIST_16
#undef DATABASED_LIST_17
#undef DATABASED_LIST_18
#undef DATABASED_LIST_19
#undef DATABASED_LIST_20
#undef DATABASED_LIST_21
#undef DATABASED_LIST_22
#undef DATABASED_LIST_23
#undef DATABASED_LIST_24
#undef DATABASED_LIST_25
#undef DATABASED_LIST_26
#undef DATABASED_LIST_27
#undef DATABASED_LIST_28
#undef DATABASED_LIST_29
#undef DATABASED_LIST_30
#undef DATABASED_LIST_31
#undef DATABASED_LIST_32
#undef DATABASED_LIST_33
#undef DATABASED_LIST_34
#undef DATABASED_LIST_35
#undef DATABASED_LIST_36
#undef DATABASED_LIST_37
#undef DATABASED_LIST_38
#undef DATABASED_LIST_39
#undef DATABASED_LIST_40
#undef DATABASED_LIST_41
#undef DATABASED_LIST_42
#undef DATABASED_LIST_43
#undef DATABASED_LIST_44
#undef DATABASED_LIST_45
#undef DATABASED_LIST_46
#undef DATABASED_LIST_47
#undef DATABASED_LIST_48
#undef DATABASED_LIST_49
#undef DATABASED_LIST_50
#undef DATABASED_LIST_51
#undef DATABASED_LIST_52
#undef DATABASED_LIST_53
#undef DATABASED_LIST_54
#undef DATABASED_LIST_55
#undef DATABASED_LIST_56
#undef DATABASED_LIST_57
#undef DATABASED_LIST_58
#undef DATABASED_LIST_59
#undef DATABASED_LIST_60
#undef DATABASED_LIST_61
#undef DATABASED_LIST_62
#undef DATABASED_LIST_63
#undef DATABASED_LIST_64
// clang-format on

}  // namespace databased::detail
