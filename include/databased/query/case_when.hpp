// CASE.
#pragma once

#include <databased/query/functions.hpp>

#include <cstddef>
#include <utility>

namespace databased {

/// case_when(a, 1).when(b, 2).otherwise(3): of the first condition that holds. All results are of one type, integers
/// std::int64_t. Made by
/// case_when().
template <class T, bool MayBeNull, class Reads>
class CaseWhen {
  public:
    CaseWhen(detail::Shape shape, std::size_t branches) noexcept : shape_(std::move(shape)), branches_(branches) {}

    template <class V>
    auto when(const Condition& condition, V&& result) && {
        shape_.append(condition.shape());
        append(std::forward<V>(result));
        return Next<V>{std::move(shape_), branches_ + 1};
    }
    /// What it is where no condition holds.
    template <class V>
    auto otherwise(V&& result) && {
        append(std::forward<V>(result));
        return Next<V>{std::move(shape_), branches_}.finish(true);
    }
    /// NULL where no condition holds.
    auto otherwise_null() && { return CaseWhen<T, true, Reads>{std::move(shape_), branches_}.finish(false); }

  private:
    template <class, bool, class>
    friend class CaseWhen;
    template <class V>
    using Next = CaseWhen<T, MayBeNull || detail::is_optional<detail::operand_type<V>>,
                          typename detail::Merged<Reads, detail::operand_reads<V>>::Type>;

    template <class V>
    void append(V&& result) {
        static_assert(detail::is_storable<T, detail::operand_type<V>>(),
                      "databased: the results of a case_when() are of one type");
        detail::append_operand<T>(shape_, std::forward<V>(result));
    }
    auto finish(bool has_else) {
        using Answer = typename detail::ExpressionOf<detail::nullable_if<T, MayBeNull>, Reads>::Type;
        shape_.op(detail::Op::case_when, detail::sql_type<T>, has_else).number(branches_);
        return Answer{std::move(shape_)};
    }

    detail::Shape shape_;
    std::size_t branches_;
};

template <class V>
auto case_when(const Condition& condition, V&& result) {
    using T = detail::widest<detail::not_null<detail::operand_type<V>>>;
    return CaseWhen<T, false, detail::Sources<>>{detail::Shape{}, 0}.when(condition, std::forward<V>(result));
}

}  // namespace databased
