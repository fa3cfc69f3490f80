#include "query/change_writer.hpp"

#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <string>

namespace databased::detail {

namespace {

/// Whether it is put together of no condition at all.
bool is_empty(const Node& condition) {
    if (condition.op != Op::all_of && condition.op != Op::logical_and) return false;
    return std::all_of(condition.children.begin(), condition.children.end(), is_empty);
}

}  // namespace

void ChangeWriter::write_statement(const StatementTree& statement) {
    switch (statement.verb) {
        case Op::select:
            writers_.selects.write_query(statement);
            break;
        case Op::insert:
            write_insert(statement);
            break;
        case Op::update:
            write_update(statement);
            break;
        default:
            write_delete(statement);
    }
}

// INSERT

void ChangeWriter::write_insert(const StatementTree& statement) {
    out_ += "INSERT INTO ";
    writers_.selects.write_table(*statement.target);
    const bool has_columns = !statement.insert_columns.empty();
    if (has_columns) {
        out_ += " (";
        out_.names(statement.insert_columns);
        out_ += ')';
    }
    if (statement.insert_query) {
        write_inserted_query(statement);
    } else if (statement.default_values || !has_columns) {
        if (out_.rows().rows > 1)
            throw NotSupportedError("several rows without any columns cannot be inserted in one statement");
        out_ += " DEFAULT VALUES";
    } else {
        write_inserted_rows(statement);
    }
    if (statement.conflict) write_conflict(statement);
    if (!statement.where.empty() && (!statement.conflict || !statement.conflict->updates)) {
        throw UsageError("where() of an INSERT is about on_conflict(...).do_update(...)");
    }
    write_returning(statement);
}

void ChangeWriter::write_inserted_rows(const StatementTree& statement) {
    out_ += " VALUES (";
    if (!statement.insert_values.empty()) {
        for (const Node& node : statement.insert_values) {
            if (&node != statement.insert_values.data()) out_ += ", ";
            write_beside(node, loose);
        }
    } else {
        for (std::size_t i = 0; i < out_.rows().rows * out_.rows().width; ++i) {
            if (i > 0) out_ += i % out_.rows().width == 0 ? "), (" : ", ";
            out_.row_value(i + 1);
        }
    }
    out_ += ')';
}

void ChangeWriter::write_inserted_query(const StatementTree& statement) {
    const StatementTree* first = statement.insert_query.get();
    while (first->compound) first = &first->parts[0];
    if (first->items.size() != statement.insert_columns.size()) {
        throw UsageError("an INSERT into " + std::to_string(statement.insert_columns.size()) +
                         " columns is from a query with " + std::to_string(first->items.size()));
    }
    const bool is_wrapped = statement.conflict && features().conflict_needs_where;
    out_ += is_wrapped ? " SELECT * FROM (" : " ";
    writers_.selects.write_query(*statement.insert_query);
    if (is_wrapped) out_ += ") WHERE TRUE";
}

void ChangeWriter::write_conflict(const StatementTree& statement) {
    const ConflictTree& conflict = *statement.conflict;
    if (!features().upsert) throw NotSupportedError(std::string{dialect().name()} + " has no on_conflict()");
    out_ += " ON CONFLICT";
    if (!conflict.columns.empty()) {
        out_ += " (";
        out_.names(conflict.columns);
        out_ += ')';
    }
    if (!conflict.updates) {
        out_ += " DO NOTHING";
        return;
    }
    if (conflict.columns.empty()) {
        throw UsageError("on_conflict() needs the members of a key for do_update(); without, it can only do_nothing()");
    }
    out_ += " DO UPDATE SET ";
    write_assignments(conflict.assignments);
    writers_.selects.write_conditions(" WHERE ", statement.where);
}

void ChangeWriter::write_assignments(const std::vector<AssignmentTree>& assignments) {
    for (const AssignmentTree& assignment : assignments) {
        if (&assignment != assignments.data()) out_ += ", ";
        out_.name(assignment.column);
        out_ += " = ";
        if (assignment.value) {
            write_beside(*assignment.value, loose);
        } else {
            out_ += "\"excluded\".";
            out_.name(assignment.column);
        }
    }
}

// UPDATE and DELETE

void ChangeWriter::write_update(const StatementTree& statement) {
    if (statement.assignments.empty()) throw UsageError("update() has no set()");
    out_ += "UPDATE ";
    writers_.selects.write_table(*statement.target);
    out_ += " SET ";
    write_assignments(statement.assignments);
    writers_.selects.write_sources(" FROM ", statement.sources);
    write_changed_rows(statement);
}

void ChangeWriter::write_delete(const StatementTree& statement) {
    out_ += "DELETE FROM ";
    writers_.selects.write_table(*statement.target);
    write_changed_rows(statement);
}

void ChangeWriter::write_changed_rows(const StatementTree& statement) {
    if (!statement.all_rows && std::all_of(statement.where.begin(), statement.where.end(), is_empty)) {
        throw UsageError("where() of an UPDATE or DELETE got no condition; write all_rows() if all rows are meant");
    }
    writers_.selects.write_conditions(" WHERE ", statement.where);
    write_returning(statement);
}

void ChangeWriter::write_returning(const StatementTree& statement) {
    if (statement.items.empty()) return;
    if (!features().returning) throw NotSupportedError(std::string{dialect().name()} + " has no returning()");
    out_ += " RETURNING ";
    writers_.selects.write_items(statement, {});
}

}  // namespace databased::detail
