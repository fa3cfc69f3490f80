// What table() can be told beside a name: keys, indexes, constraints, defaults, types and names of columns.
#pragma once

#include <databased/query/functions.hpp>
#include <databased/query/table.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace databased {

namespace detail {

/// An option that names members of T.
template <class T, class Option>
class TableOption {
  public:
    using Struct = T;
    explicit TableOption(Option option) : option_(std::move(option)) {}
    Option option() && { return std::move(option_); }

  protected:
    Option option_;
};

template <class T, class... M>
ColumnPlaces places_of(M T::*... members) {
    return ColumnPlaces{place_of(members)...};
}

/// Several members. Made by members().
template <class T, class... M>
class Members {
  public:
    explicit Members(ColumnPlaces places) : places_(std::move(places)) {}
    ColumnPlaces places() && { return std::move(places_); }

  private:
    ColumnPlaces places_;
};

}  // namespace detail

/// The key by which rows are told apart. What is inserted has to have it.
template <class T, class... M>
auto primary_key(M T::*... members) {
    return detail::TableOption<T, detail::PrimaryKeyOption>{{.columns = detail::places_of(members...)}};
}

/// A primary key that the database counts up itself: left out when a struct is inserted, given back by returning().
template <class T, class M>
auto identity(M T::*member) {
    static_assert(detail::is_integer(detail::sql_type<M>), "databased: an identity is an integer, not optional");
    return detail::TableOption<T, detail::PrimaryKeyOption>{
        {.columns = detail::places_of(member), .is_identity = true}};
}

template <class T, class... M>
auto unique(M T::*... members) {
    return detail::TableOption<T, detail::UniqueOption>{{.columns = detail::places_of(members...)}};
}

/// Made by index().
template <class T>
class Index : public detail::TableOption<T, detail::IndexOption> {
  public:
    using detail::TableOption<T, detail::IndexOption>::TableOption;
    /// No two rows are equal in it.
    Index unique() && {
        return with([](auto& option) { option.is_unique = true; });
    }
    /// Only of rows for which it holds; columns are column(&Movie::year).
    Index where(const Condition& condition) && {
        return with([&](auto& option) { option.condition = condition.shape(); });
    }
    /// Instead of the name that is made of those of table and columns.
    Index named(std::string_view name) && {
        return with([&](auto& option) { option.name = name; });
    }

  private:
    template <class Change>
    Index with(Change change) {
        change(this->option_);
        return std::move(*this);
    }
};
template <class T, class... M>
Index<T> index(M T::*... members) {
    return Index<T>{detail::IndexOption{.columns = detail::places_of(members...)}};
}

/// Made by foreign_key().
template <class T>
class ForeignKey : public detail::TableOption<T, detail::ForeignKeyOption> {
  public:
    using detail::TableOption<T, detail::ForeignKeyOption>::TableOption;
    ForeignKey on_delete(Action action) && {
        this->option_.on_delete = action;
        return std::move(*this);
    }
    ForeignKey on_update(Action action) && {
        this->option_.on_update = action;
        return std::move(*this);
    }
};

namespace detail {
template <class T>
TableReference reference_to(const Table<T>& table) {
    return {&table, [](const void* address) -> const TableDefinition& {
                return static_cast<const Table<T>*>(address)->definition();
            }};
}
}  // namespace detail

/// Several members of one struct, for a foreign_key() of several columns.
template <class T, class... M>
detail::Members<T, M...> members(M T::*... all) {
    return detail::Members<T, M...>{detail::places_of(all...)};
}

/// `member` is the `target` of a row of `table`, or NULL. `table` is remembered by its address: it outlives this one.
template <class T, class M, class U, class N>
ForeignKey<T> foreign_key(M T::*member, const Table<U>& table, N U::*target) {
    return foreign_key(members(member), table, members(target));
}
template <class T, class... M, class U, class... N>
ForeignKey<T> foreign_key(detail::Members<T, M...> keys, const Table<U>& table, detail::Members<U, N...> targets) {
    static_assert(sizeof...(M) == sizeof...(N), "databased: a foreign key has as many columns as what it refers to");
    static_assert((std::same_as<detail::not_null<M>, detail::not_null<N>> && ...),
                  "databased: a foreign key has the types of the columns that it refers to");
    return ForeignKey<T>{detail::ForeignKeyOption{.columns = std::move(keys).places(),
                                                  .target = detail::reference_to(table),
                                                  .target_columns = std::move(targets).places()}};
}
/// A temporary table would be gone when it is needed.
template <class T, class M, class U, class N>
void foreign_key(M T::*member, const Table<U>&& table, N U::*target) = delete;
/// Of the table itself: foreign_key(&Employee::boss, &Employee::id).
template <class T, class M, class N>
ForeignKey<T> foreign_key(M T::*member, N T::*target) {
    static_assert(std::same_as<detail::not_null<M>, detail::not_null<N>>,
                  "databased: a foreign key has the type of the column that it refers to");
    return ForeignKey<T>{
        detail::ForeignKeyOption{.columns = detail::places_of(member), .target_columns = detail::places_of(target)}};
}

/// What the database stores where a statement gives no value: a value or an expression without columns. (Inserting a
/// struct gives all of its members.)
template <class T, class M, class V>
auto default_value(M T::*member, V&& value) {
    static_assert(detail::is_storable<M, detail::operand_type<V>>(), "databased: a default has the type of its column");
    detail::Shape shape;
    detail::append_operand<M>(shape, std::forward<V>(value));
    return detail::TableOption<T, detail::DefaultOption>{
        {.column = detail::place_of(member), .value = std::move(shape)}};
}

/// In check() and index().where(): a column of the table that is being declared.
template <class T, class M>
Expression<M> column(M T::*member) {
    detail::Shape shape;
    shape.op(detail::Op::member, detail::sql_type<detail::not_null<M>>).number(detail::place_of(member));
    shape.text(detail::type_name<T>());
    return Expression<M>{std::move(shape)};
}

/// Every row fulfils it or makes it NULL; columns are column(&Movie::year).
inline detail::CheckOption check(const Condition& condition) { return detail::CheckOption{condition.shape()}; }

/// The column's type in SQL, as it is: column_type(&Movie::title, "varchar(200)"), or one for SQLite and one for
/// PostgreSQL.
template <class T, class M>
auto column_type(M T::*member, std::string_view sqlite, std::string_view postgresql) {
    return detail::TableOption<T, detail::TypeOption>{
        {.column = detail::place_of(member), .sqlite = std::string{sqlite}, .postgresql = std::string{postgresql}}};
}
template <class T, class M>
auto column_type(M T::*member, std::string_view type) {
    return column_type(member, type, type);
}

/// The column is called otherwise than the member.
template <class T, class M>
auto renamed(M T::*member, std::string_view name) {
    return detail::TableOption<T, detail::NameOption>{{.column = detail::place_of(member), .name = std::string{name}}};
}

/// The schema of the table; on SQLite the name of an attached database.
template <detail::GivesWay = void>
detail::SchemaOption in_schema(std::string_view name) {
    return detail::SchemaOption{name};
}

}  // namespace databased
