// Tables from plain structs: columns are named as the members, NULL is allowed where a member is a std::optional.
#pragma once

#include <databased/detail/reflection.hpp>
#include <databased/query/column.hpp>
#include <databased/query/table_definition.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace databased {

namespace detail {

/// Where each member of T lies in it.
template <class T>
const std::array<std::ptrdiff_t, member_count<T>()>& member_offsets() noexcept {
    static const auto offsets = [] {
        const auto* const begin = reinterpret_cast<const char*>(std::addressof(unborn<T>.value));
        return tie_members(unborn<T>.value).apply([&](const auto&... member) {
            return std::array<std::ptrdiff_t, sizeof...(member)>{reinterpret_cast<const char*>(std::addressof(member)) -
                                                                 begin...};
        });
    }();
    return offsets;
}

template <class T, class M>
std::size_t place_of(M T::*member) noexcept {
    const auto* const begin = reinterpret_cast<const char*>(std::addressof(unborn<T>.value));
    const std::ptrdiff_t offset = reinterpret_cast<const char*>(std::addressof(unborn<T>.value.*member)) - begin;
    const auto& offsets = member_offsets<T>();
    std::size_t place = 0;
    while (place < offsets.size() - 1 && offsets[place] != offset) ++place;
    return place;
}

template <class T>
void add_columns(TableDefinition& definition) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        static_assert((Writable<std::remove_cv_t<MemberType<T, I>>> && ...),
                      "databased: a member of this struct has a type that no column has; specialise databased::Codec");
        (add_column(definition, member_names<T>()[I], sql_type<not_null<std::remove_cv_t<MemberType<T, I>>>>,
                    is_optional<std::remove_cv_t<MemberType<T, I>>>),
         ...);
    }(std::make_index_sequence<member_count<T>()>{});
}

}  // namespace detail

/// A table whose rows are Ts. Made by table(); a constant that expressions refer to by name. It may be global: a
/// foreign key looks at the other table only when a statement is made, so the order in which files are initialised does
/// not matter.
template <class T, class AliasName = detail::NoAlias>
class Table {
  public:
    using Row = T;

    explicit Table(std::shared_ptr<const detail::TableDefinition> definition) noexcept
        : definition_(std::move(definition)) {}

    /// A column: movies[&Movie::year].
    template <class M>
    ColumnExpression<std::remove_cv_t<M>, Table> operator[](M T::*member) const {
        return ColumnExpression<std::remove_cv_t<M>, Table>{
            detail::reference_to_column(definition(), AliasName::name, detail::place_of(member))};
    }
    /// The same table by another name, to be joined with itself: employees.as<"boss">().
    template <detail::FixedText Name>
    Table<T, detail::Alias<Name>> as() const noexcept {
        return Table<T, detail::Alias<Name>>{definition_};
    }
    std::string_view name() const { return detail::name_of(definition()); }

    /// Throws UsageError if it has not been constructed yet.
    const detail::TableDefinition& definition() const {
        if (definition_ == nullptr) detail::throw_not_constructed();
        return *definition_;
    }
    std::shared_ptr<const detail::TableDefinition> shared_definition() const {
        definition();
        return definition_;
    }
    void append_source(detail::Shape& out) const { detail::append_source(definition(), AliasName::name, out); }
    std::string_view source_label() const { return AliasName::name.empty() ? name() : AliasName::name; }
    /// Selects all columns.
    void append_items(detail::Shape& out) const { detail::append_all_columns(definition(), AliasName::name, out); }

  private:
    std::shared_ptr<const detail::TableDefinition> definition_;
};

namespace detail {
template <class Option>
inline constexpr bool names_no_struct = std::same_as<Option, SchemaOption> || std::same_as<Option, CheckOption>;

template <class T, class Option>
void add_option(TableDefinition& definition, Option option) {
    if constexpr (names_no_struct<Option>) {
        add(definition, std::move(option));
    } else {
        static_assert(std::same_as<typename Option::Struct, T>,
                      "databased: an option of this table names members of another struct");
        add(definition, std::move(option).option());
    }
}
}  // namespace detail

/// A table with the name and options that <databased/query/table_options.hpp> lists. `name` is one name; the schema, or
/// on SQLite the attached database, comes from in_schema().
template <class T, class... Options>
Table<T> table(std::string_view name, Options... options) {
    auto definition = detail::new_table(name, detail::type_name<T>());
    detail::add_columns<T>(*definition);
    (detail::add_option<T>(*definition, std::move(options)), ...);
    detail::finish(*definition);
    return Table<T>{std::move(definition)};
}

}  // namespace databased
