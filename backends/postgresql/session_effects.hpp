// What a statement may leave behind in the server's session, beyond its transaction.
#pragma once

#include <databased/sql_text.hpp>

#include <cstdint>

namespace databased::postgresql {

/// A set of kinds, as bits.
enum class Effect : std::uint8_t {
    none = 0,
    settings = 1,     ///< SET, set_config
    listening = 2,    ///< LISTEN
    temporary = 4,    ///< temporary tables
    locks = 8,        ///< advisory locks of the session
    cursors = 16,     ///< DECLARE … WITH HOLD
    statements = 32,  ///< PREPARE
    all = 63,         ///< what cannot be told: CALL, DO and what is not known here
};

constexpr Effect operator|(Effect left, Effect right) noexcept {
    return static_cast<Effect>(static_cast<std::uint8_t>(left) | static_cast<std::uint8_t>(right));
}
constexpr bool includes(Effect set, Effect part) noexcept {
    return (static_cast<std::uint8_t>(set) & static_cast<std::uint8_t>(part)) != 0;
}

/// By the words of the statement. What functions of the user's own do inside a SELECT cannot be seen here.
Effect effects_of(const SqlText& text);
/// Whether prepared statements may be out of date afterwards.
bool changes_schema(const SqlText& text);
/// Whether the server may have none of them afterwards.
bool drops_statements(const SqlText& text);

}  // namespace databased::postgresql
