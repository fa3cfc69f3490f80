// The text of a statement as a backend gets it: translated to the placeholders of its dialect and classified.
#pragma once

#include <databased/detail/export.hpp>

#include <cstddef>
#include <string>

namespace databased {

/// What a statement does, as far as its words tell. What is not surely one of the others is `other`.
enum class StatementKind {
    plain_read,           ///< SELECT, VALUES, TABLE or WITH without a data-changing part, INTO or a row lock.
    data_change,          ///< INSERT, UPDATE, DELETE or REPLACE, perhaps with a WITH before it.
    transaction_control,  ///< BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their kin.
    other,
    empty,  ///< Nothing but blanks and comments.
};

/// One statement, ready to be sent. Never changes once made; shared as std::shared_ptr<const SqlText>, on any thread.
struct DATABASED_API SqlText {
    /// Computes `hash` and `id`.
    SqlText(std::string source, std::string text, StatementKind kind, std::string command, std::size_t parameter_count);

    std::string source;           ///< As the user wrote it: for error messages.
    std::string text;             ///< What is sent.
    std::string command;          ///< The leading keywords, as in PostgreSQL's command tag: "SELECT", "CREATE TABLE".
    std::string id;               ///< 16 characters of [0-9a-f], the same for equal texts. Two texts may share one.
    std::size_t hash;             ///< Of `text`, for the backends' caches of prepared statements.
    std::size_t parameter_count;  ///< How many values are sent with it.
    StatementKind kind;
};

}  // namespace databased
