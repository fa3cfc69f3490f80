// The rows of a bulk insert as COPY takes them.
#pragma once

#include "values/copy_values.hpp"

#include <databased/statement.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <libpq-fe.h>

namespace databased::postgresql {

enum class CopyFormat : std::uint8_t { binary, text };

/// For columns of certain types, which are the table's for as long as it is used.
class CopyRows {
  public:
    explicit CopyRows(std::span<const Oid> types);

    /// Binary is faster; text is understood by every type.
    CopyFormat best_format(const Statement& rows) const noexcept;

    // Functions append to `out`.

    static void begin(std::string& out, CopyFormat format);
    /// Throws what is wrong with a value; names the item. In binary, only what best_format() said so of.
    void append(std::string& out, const Statement& rows, CopyFormat format) const;
    static void end(std::string& out, CopyFormat format);

  private:
    static constexpr std::size_t kinds = static_cast<std::size_t>(ValueKind::array) + 1;
    using Writers = std::array<WriteCopyBinary, kinds>;

    void append_binary(std::string& out, const Statement& rows, std::size_t run) const;
    static void append_text(std::string& out, const Statement& rows, std::size_t run);

    std::vector<Writers> writers_;  // of each column, by the kinds of values
};

}  // namespace databased::postgresql
