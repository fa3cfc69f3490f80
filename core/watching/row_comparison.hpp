// Two results of one query.
#pragma once

#include <databased/detail/sinks.hpp>
#include <databased/row.hpp>

namespace databased::detail {

/// Whether nobody could tell them apart: the same rows in the same order, in columns of the same names.
bool are_same(const Rows& left, const Rows& right);

/// Makes values of `rows`, as `taker` says. Throws what converting them throws.
void read_rows(const Rows& rows, void* values, const RowTaker& taker);

/// What is in Rows.
struct RowAccess {
    static const RowStore& store(const Rows& rows) noexcept { return *rows.store_; }
};

}  // namespace databased::detail
