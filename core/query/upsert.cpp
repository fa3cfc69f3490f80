#include <databased/error.hpp>
#include <databased/query/upsert.hpp>

#include "query/definition.hpp"

#include <algorithm>
#include <string>

namespace databased::detail {

namespace {

bool is_key(const TableDefinition& table, std::size_t column) {
    const auto& key = table.primary_key.columns;
    return std::find(key.begin(), key.end(), column) != key.end();
}

bool is_all_key(const TableDefinition& table) { return table.primary_key.columns.size() == table.columns.size(); }

Shape insert_shape(const TableDefinition& table, Shape shape, UpsertMode mode) {
    for (const ColumnDefinition& column : table.columns) shape.op(Op::insert_column).text(column.name);
    shape.op(Op::conflict);
    for (const std::size_t place : table.primary_key.columns) {
        shape.op(Op::conflict_column).text(table.columns[place].name);
    }
    if (mode == UpsertMode::insert_only || is_all_key(table)) {
        shape.op(Op::do_nothing);
        return shape;
    }
    shape.op(Op::do_update);
    for (std::size_t place = 0; place < table.columns.size(); ++place) {
        if (!is_key(table, place)) shape.op(Op::assign_excluded).text(table.columns[place].name);
    }
    return shape;
}

Shape update_shape(const TableDefinition& table, Shape shape) {
    for (std::size_t place = 0; place < table.columns.size(); ++place) {
        if (is_key(table, place)) continue;
        shape.op(Op::row_value).number(place).op(Op::assign).text(table.columns[place].name);
    }
    for (const std::size_t place : table.primary_key.columns) {
        shape.piece(table.columns[place].reference).op(Op::row_value).number(place).op(Op::equal).op(Op::where);
    }
    return shape;
}

}  // namespace

Shape upsert_shape(const TableDefinition& table, Shape begin, UpsertMode mode) {
    if (table.primary_key.columns.empty()) {
        throw UsageError("upsert() into table '" + table.name + "', which has no primary_key()");
    }
    if (mode != UpsertMode::update_only) return insert_shape(table, std::move(begin), mode);
    if (is_all_key(table)) {
        throw UsageError("upsert() cannot update table '" + table.name + "': all of its columns are its key");
    }
    return update_shape(table, std::move(begin));
}

}  // namespace databased::detail
