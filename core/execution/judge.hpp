// What has become of what was sent: decided here, once for all backends.
#pragma once

#include <databased/backend.hpp>

#include <cstddef>
#include <cstdint>

namespace databased::detail {

enum class Verdict : std::uint8_t {
    success,
    failed,           ///< The database has refused it, or it was not sent.
    lost,             ///< With the connection; nothing of it can have been committed.
    outcome_unknown,  ///< Its answer is lost, and it may have been committed.
    ended,            ///< The transaction that it belongs to is gone.
    left_open,        ///< It was to leave no transaction, and has left one.
};

/// What matters of a request for that.
struct Asked {
    Asked() noexcept = default;
    explicit Asked(const Request& request) noexcept;

    /// It changes nothing, as the database has told or sees to.
    bool only_reads() const noexcept { return reads_only || nature == backend::Nature::read; }

    backend::VerbSet verbs{};
    std::size_t commands = 0;
    std::size_t place_of_begin = 0;  ///< Behind them all if there is none.
    backend::Transaction expected = backend::Transaction::none;
    backend::Nature nature = backend::Nature::unknown;
    bool reads_only = false;
    bool is_in_unit = false;  ///< A transaction is open behind it.
};

Verdict judge(const Asked& asked, const Outcome& outcome) noexcept;

/// Sees to it that the error says what the verdict is.
void explain(Verdict verdict, const Asked& asked, Outcome& outcome);

}  // namespace databased::detail
