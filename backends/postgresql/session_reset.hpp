// What brings a connection back to the state in which its next user is to find it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace databased::postgresql {

/// What somebody may have left in the server's session.
enum class Debt : std::uint8_t {
    nothing,
    numbers,     ///< What lastval() and currval() tell.
    all,         ///< Settings, role, objects, locks, channels, cursors.
    statements,  ///< The same, and prepared statements of ours may be gone.
};

/// What `keep` has noted: it comes back with every reset.
struct KeptState {
    std::vector<std::pair<std::string, std::string>> settings{};
    std::vector<std::string> channels{};
    std::vector<std::string> statements{};  ///< names of PREPARE
    bool has_objects = false;  ///< temporary ones, cursors or locks: they cannot be made again from outside
};

/// Decides what is sent to a connection between two users, and whether that was enough. Without I/O.
class SessionReset {
  public:
    struct Command {
        std::string sql;
        std::vector<std::string> values{};
    };

    enum class Next { clean, again, owed, hopeless };

    /// What every reset brings back.
    void keep(KeptState state);
    /// The server's connection is another one in every transaction: there are no names of ours, and nothing may be
    /// asked for in a second flight.
    void behind_pooler() noexcept { is_pooled_ = true; }

    void owe(Debt debt) noexcept { owed_ = owed_ < debt ? debt : owed_; }
    Debt owed() const noexcept { return owed_; }
    bool is_owed() const noexcept { return owed_ != Debt::nothing; }
    /// Whether what is owed can be paid at all.
    bool is_possible() const noexcept { return !kept_.has_objects || owed_ < Debt::all; }

    /// What is to be sent now, in order.
    std::vector<Command> commands();
    /// The connection is to be replaced.
    void give_up() noexcept { is_under_way_ = is_given_up_ = true; }
    bool is_under_way() const noexcept { return is_under_way_; }
    /// Whether the server has no prepared statements any more once the commands under way are carried out.
    bool drops_statements() const noexcept { return is_under_way_ && step_ == Step::discard; }

    // How the commands were answered.
    void carried_out() noexcept { --left_; }
    void has_statement(std::string_view name);
    void failed(std::string_view sqlstate) noexcept;
    /// All of them were answered.
    Next ended();

  private:
    enum class Step { usual, deallocate, discard, restore };

    std::vector<Command> usual() const;
    void add_restoring(std::vector<Command>& commands) const;

    KeptState kept_;
    std::vector<std::string> found_;  // names of prepared statements that are not kept
    Debt owed_ = Debt::nothing;
    Step step_ = Step::usual;
    std::size_t left_ = 0;
    bool is_under_way_ = false;
    bool has_failed_ = false;
    bool was_cancelled_ = false;
    bool is_pooled_ = false;
    bool is_given_up_ = false;
};

}  // namespace databased::postgresql
