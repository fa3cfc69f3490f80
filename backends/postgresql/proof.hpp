// What the database says a text can do: whether it only reads, or only changes rows, and leaves nothing behind.
#pragma once

#include <databased/backend.hpp>
#include <databased/detail/context.hpp>
#include <databased/sql_text.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace databased::postgresql {

using backend::Nature;

/// What the catalogue is asked about a text. `names` has all that could be a name in it, and more: too many of them can
/// only make the answer "unknown".
struct ProofQuestion {
    std::vector<std::string> names{};
    bool changes = false;  ///< It is an INSERT, UPDATE, DELETE or MERGE, or locks rows.
};

/// Nothing for a text of which nothing can be proved.
std::optional<ProofQuestion> question_about(const SqlText& text);

/// One row with two booleans: whether the text leaves nothing behind but rows; whether it may draw numbers from
/// sequences. Its parameters are the names and `changes`.
extern const char* const proof_query;

/// What is known of one text.
struct Proof {
    Nature nature = Nature::unknown;
    bool draws_numbers = false;        // lastval() tells of it afterwards
    bool types_arrays = true;          // arrays of text are sent as text[]; else the server finds their type
    bool can_be_asked = true;          // perhaps
    bool is_asked = false;             // right now
    std::chrono::nanoseconds takes{};  // about so long, lately
    std::uint32_t uses = 0;
    std::uint64_t schema_version = 0;
    detail::Clock::time_point asked_at{};

    void took(std::chrono::nanoseconds time) noexcept { takes = uses < 2 ? time : (3 * takes + time) / 4; }
    void answer(const ProofQuestion& question, bool leaves_nothing, bool numbers) noexcept;
};

/// The texts of one Database. What the catalogue says holds for ten seconds, or until this program changes the schema.
class Proofs {
  public:
    using Clock = detail::Clock;

    /// Never null; forgotten texts are found anew.
    std::shared_ptr<Proof> find(const SqlText& text);
    /// Read only if it takes the server so little time that others may wait behind it.
    Nature known_nature(const SqlText& text, Clock::time_point now) const noexcept;

    Nature nature(const Proof& proof, Clock::time_point now) const noexcept;
    /// Whether the catalogue is to be asked about it: from its second use on, and in time before the answer is too old.
    bool is_wanted(const Proof& proof, Clock::time_point now) const noexcept;

    std::uint64_t schema_version() const noexcept { return schema_version_; }
    /// Nothing that was said before holds any longer.
    void schema_changed() noexcept { ++schema_version_; }

  private:
    const Proof* known(const SqlText& text) const noexcept;

    static constexpr std::chrono::milliseconds quick{1};
    static constexpr std::size_t most = 4096;
    static constexpr std::chrono::seconds holds_for{10};
    static constexpr std::chrono::seconds asked_again_after{5};

    std::unordered_multimap<std::size_t, std::pair<std::string, std::shared_ptr<Proof>>> proofs_;  // by the text's hash
    std::uint64_t schema_version_ = 1;
};

}  // namespace databased::postgresql
