// What a query says, as a string of instructions, beside the values that it says it with.
//
// Expressions and statements are built by appending: operands come before what is done with them. Names are in the
// string, values are not. So queries that differ in their values only have the same instructions, which is what their
// rendered text is remembered by; and a shape refers to nothing outside of itself.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/small_vector.hpp>
#include <databased/parameters.hpp>
#include <databased/query/sql_type.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace databased::detail {

/// In brackets: what follows the instruction's byte. (n) is a number, "…" a text with its length before it.
enum class Op : std::uint8_t {
    // Expressions without operands
    column,     // type, ColumnFacts, "schema" "table" "alias" "name"
    member,     // type, (place in the struct) "struct": a column of the table that is declared
    value,      // type: the next of the values
    row_value,  // (place in the row): of the rows that are inserted
    position,   // (n): the n-th column of the result
    all_rows_counted,
    statement_time,

    // Of one operand
    negate,
    logical_not,
    is_null,
    is_not_null,
    scalar,   // type; of a query
    exists,   // of a query
    cast,     // type
    collate,  // "name"

    // Of two
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    distinct_from,
    not_distinct_from,
    logical_and,
    logical_or,
    add,
    subtract,
    multiply,
    divide,  // by nothing known: may be zero
    modulo,
    divide_by_value,  // which is not zero
    modulo_by_value,
    concatenate,
    like,      // flags, escape character or 0
    in_query,  // negated
    filter,    // an aggregate and a condition

    // Of several
    between,    // negated
    in_list,    // negated, (how many)
    tuple,      // (how many)
    function,   // Function, type, (how many)
    aggregate,  // Function, type, distinct
    all_of,     // (how many)
    any_of,     // (how many)
    case_when,  // type, has an else, (how many)
    raw,        // type, (how many) "SQL"

    // Sources
    table,        // "schema" "table" "alias"
    derived,      // "alias" (how many) "column"...; a query
    common,       // "name" "alias" (how many) "column"...; a query that stands in WITH
    recursive,    // the same; a query that refers to itself
    common_name,  // "name" "alias": a common query, from the inside of it

    // Statements: begun by one of the first four, ended by `end` where another follows or surrounds them
    select,
    insert,
    update,
    remove,
    end,
    item,
    labelled_item,  // "label"
    from,
    join,  // JoinKind; a source, and a condition unless it is a cross join
    where,
    group_by,
    having,
    order_by,  // Ordering's flags
    limit,
    offset,
    distinct,
    lock,           // LockKind
    lock_of,        // "table or alias"
    lock_wait,      // LockWait
    compound,       // CompoundKind; two queries
    into,           // a source
    insert_column,  // "name": its values come with the rows
    insert_value,   // "name"; its value
    insert_query,   // a query
    default_values,
    conflict,         // begins ON CONFLICT
    conflict_column,  // "name"
    do_nothing,
    do_update,
    assign,           // "name"; its value
    assign_excluded,  // "name"
    all_rows,
};

enum class Function : std::uint8_t {
    lower,
    upper,
    length,
    trim,
    replace,
    substring,
    absolute,
    round,
    coalesce,
    null_if,
    // aggregates
    count,
    sum,
    average,
    minimum,
    maximum,
};

enum class JoinKind : std::uint8_t { inner, left, cross };
enum class LockKind : std::uint8_t { update, share };
enum class LockWait : std::uint8_t { skip_locked, no_wait };
enum class CompoundKind : std::uint8_t { unite, unite_all, intersect, except };

/// Whether a column may be NULL; above that, of a column of a primary key, how many columns the key has.
enum ColumnFacts : std::uint8_t { column_nullable = 1, column_key_shift = 1 };
enum LikeFlags : std::uint8_t { like_negated = 1, like_ignores_case = 2 };
enum OrderFlags : std::uint8_t {
    order_descending = 1,
    order_nullable = 2,
    order_nulls_first = 4,
    order_nulls_last = 8
};

/// What it does is done out of line: that keeps programs with many queries quick to compile.
class DATABASED_API Shape {
  public:
    Shape() noexcept {}
    explicit Shape(std::string_view instructions) { piece(instructions); }
    Shape(const Shape& other);
    Shape(Shape&& other) noexcept;
    Shape& operator=(const Shape& other);
    Shape& operator=(Shape&& other) noexcept;
    ~Shape();

    std::string_view instructions() const noexcept { return {bytes_.data(), bytes_.size()}; }
    const ParameterBuffer& values() const noexcept { return values_; }
    ParameterBuffer& values() noexcept { return values_; }

    Shape& op(Op op);
    Shape& op(Op op, std::uint8_t detail);
    Shape& op(Op op, std::uint8_t first, std::uint8_t second);
    template <class Detail>
    Shape& op(Op op, Detail detail) {
        return this->op(op, static_cast<std::uint8_t>(detail));
    }
    template <class First, class Second>
    Shape& op(Op op, First first, Second second) {
        return this->op(op, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second));
    }
    Shape& number(std::size_t number);
    Shape& text(std::string_view text);
    /// Instructions that were made before.
    Shape& piece(std::string_view instructions);
    Shape& append(const Shape& other);
    Shape& append(Shape&& other);
    /// A value that is bound beside something of type T.
    template <class T, class V>
    Shape& value(const V& value) {
        op(Op::value, type_beside<T, V>());
        write_beside<T>(values_, value);
        return *this;
    }

  private:
    SmallVector<char, 256> bytes_;
    ParameterBuffer values_;
};

/// A reference to a column. `source` is schema and table, both with their lengths.
DATABASED_API Shape column_shape(SqlType type, std::uint8_t facts, std::string_view source, std::string_view alias,
                                 std::string_view name);

}  // namespace databased::detail
