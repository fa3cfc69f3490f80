// How often was committed, read from the write-ahead log: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
#pragma once

#include "support/sqlite_file.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

/// Of a file in WAL mode whose log is never checkpointed.
inline int wal_commits(const support::SqliteFile& file) {
    constexpr std::size_t header_size = 32;
    constexpr std::size_t frame_header_size = 24;
    std::ifstream stream{file.path() + "-wal", std::ios::binary};
    const std::string log{std::istreambuf_iterator<char>{stream}, {}};
    const auto number_at = [&log](std::size_t place) {
        std::uint32_t number = 0;
        for (std::size_t i = place; i < place + 4; ++i) number = number << 8 | static_cast<unsigned char>(log[i]);
        return number;
    };
    if (log.size() < header_size) return 0;
    const std::size_t frame_size = frame_header_size + number_at(8);
    int commits = 0;
    for (std::size_t frame = header_size; frame + frame_size <= log.size(); frame += frame_size) {
        if (number_at(frame + 4) != 0) ++commits;  // the size of the database after a commit
    }
    return commits;
}
