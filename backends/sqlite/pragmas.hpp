// What SQLite's PRAGMAs do to the connection on which they are run, and to others.
#pragma once

#include <string_view>

namespace databased::sqlite {

enum class PragmaKind {
    question,              ///< Asks, or does something to the file: nothing of it stays on the connection.
    setting,               ///< Of the connection; it can be asked for and put back.
    unknown,               ///< Of the connection, as far as is known; SQLite does not tell what it was before.
    outside_transactions,  ///< A setting that SQLite silently leaves as it is inside a transaction.
    new_file,              ///< Shapes a file in which there is nothing yet; others silently stay as they are.
    process,               ///< Of all connections of the process.
    locking,               ///< Keeps all other connections from the file.
    key,                   ///< Of SQLites that encrypt; the others silently write plain text.
};

/// Of a PRAGMA that is given an argument.
PragmaKind kind_of_pragma(std::string_view name) noexcept;

}  // namespace databased::sqlite
