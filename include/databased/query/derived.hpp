// Queries as sources of other queries: in parentheses (Derived), or named in WITH (Common).
#pragma once

#include <databased/query/source.hpp>

#include <string_view>
#include <utility>

namespace databased {

namespace detail {

/// The names by which the outside knows the columns of a query for Ts.
template <class T>
void append_member_names(Shape& out) {
    out.number(member_count<T>());
    for (const std::string_view name : member_names<T>()) out.text(name);
}

template <class T, class M, class S>
ColumnExpression<std::remove_cv_t<M>, S> member_column(std::string_view label, M T::*member) {
    using namespace std::string_view_literals;
    return make_column<std::remove_cv_t<M>, S>("\0\0"sv, label, member_names<T>()[place_of(member)]);
}

template <class T, class S>
void append_member_items(Shape& out, std::string_view label) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (append_item(out, make_column<std::remove_cv_t<MemberType<T, I>>, S>({"\0\0", 2}, label, member_names<T>()[I])),
         ...);
    }(std::make_index_sequence<member_count<T>()>{});
}

}  // namespace detail

/// A query in the FROM of another: select(…).into<PerDirector>().as<"per_director">(). Its columns are
/// per_director[&PerDirector::films].
template <class T, class AliasName>
class Derived {
  public:
    using Row = T;

    explicit Derived(detail::Shape&& query) noexcept : query_(std::move(query)) {}

    template <class M>
    ColumnExpression<std::remove_cv_t<M>, Derived> operator[](M T::*member) const {
        return detail::member_column<T, M, Derived>(AliasName::name, member);
    }

    void append_source(detail::Shape& out) const {
        out.append(query_).op(detail::Op::derived).text(AliasName::name);
        detail::append_member_names<T>(out);
    }
    void append_items(detail::Shape& out) const { detail::append_member_items<T, Derived>(out, AliasName::name); }
    std::string_view source_label() const noexcept { return AliasName::name; }

  private:
    detail::Shape query_;
};

/// A query that stands once in the WITH of a statement, however often it is used. Made by common() and recursive().
template <class T, class Name, class AliasName = Name>
class Common {
  public:
    using Row = T;

    Common(detail::Op op, detail::Shape query) noexcept : op_(op), query_(std::move(query)) {}

    template <class M>
    ColumnExpression<std::remove_cv_t<M>, Common> operator[](M T::*member) const {
        return detail::member_column<T, M, Common>(AliasName::name, member);
    }
    /// The same query by another name, to be joined with itself.
    template <detail::FixedText Other>
    Common<T, Name, detail::Alias<Other>> as() const {
        return {op_, query_};
    }

    void append_source(detail::Shape& out) const {
        out.append(query_).op(op_).text(Name::name).text(AliasName::name);
        if (op_ != detail::Op::common_name) detail::append_member_names<T>(out);
    }
    void append_items(detail::Shape& out) const { detail::append_member_items<T, Common>(out, AliasName::name); }
    std::string_view source_label() const noexcept { return AliasName::name; }

  private:
    detail::Op op_;
    detail::Shape query_;
};

/// `query`, which gives structs, as a source: WITH "name" AS (query).
template <detail::FixedText Name, class Q>
Common<typename Q::Row, detail::Alias<Name>> common(const Q& query) {
    static_assert(detail::MappedStruct<typename Q::Row>,
                  "databased: common() is of a query for structs: use into() before it");
    detail::Shape shape;
    query.append_query(shape);
    return {detail::Op::common, std::move(shape)};
}

/// A query that begins with the rows of `first` and goes on with those of next(rows), which is a query from `rows`,
/// until there are no more: WITH RECURSIVE.
///
///     auto above = recursive<"above">(select(employees).where(employees[&Employee::id] == 7), [](const auto& above) {
///         return select(employees).from(employees).join(above, employees[&Employee::id] == above[&Employee::boss]);
///     });
template <detail::FixedText Name, class Q, class Next>
Common<typename Q::Row, detail::Alias<Name>> recursive(const Q& first, Next next) {
    static_assert(detail::MappedStruct<typename Q::Row>,
                  "databased: recursive() is of a query for structs: use into() before it");
    const Common<typename Q::Row, detail::Alias<Name>> rows{detail::Op::common_name, detail::Shape{}};
    detail::Shape shape;
    first.union_all(next(rows)).append_query(shape);
    return {detail::Op::recursive, std::move(shape)};
}

}  // namespace databased
