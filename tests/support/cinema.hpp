// Tables that tests of queries share.
#pragma once

#include <databased/databased.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace support {

struct Director {
    std::int64_t id;
    std::string name;

    friend bool operator==(const Director&, const Director&) = default;
};

struct Movie {
    std::int64_t id;
    std::string title;
    int year;
    std::optional<std::int64_t> director_id;

    friend bool operator==(const Movie&, const Movie&) = default;
};

/// Rows with a key that the database counts up and a column of each kind.
struct Note {
    std::int64_t id;
    std::string body;
    bool done;
    double weight;
    databased::Timestamp made;
    std::optional<std::string> remark;

    friend bool operator==(const Note&, const Note&) = default;
};

struct Seat {
    std::string hall;
    int number;
    std::optional<int> price;

    friend bool operator==(const Seat&, const Seat&) = default;
};

struct PerDirector {
    std::string name;
    std::int64_t films;

    friend bool operator==(const PerDirector&, const PerDirector&) = default;
};

inline const databased::Table directors =
    databased::table<Director>("directors", databased::primary_key(&Director::id), databased::unique(&Director::name));
inline const databased::Table movies =
    databased::table<Movie>("movies", databased::primary_key(&Movie::id), databased::index(&Movie::year),
                            databased::foreign_key(&Movie::director_id, directors, &Director::id));
inline const databased::Table notes = databased::table<Note>(
    "notes", databased::identity(&Note::id), databased::default_value(&Note::body, "it's ?"),
    databased::default_value(&Note::done, false), databased::default_value(&Note::weight, -1.5),
    databased::default_value(&Note::made, databased::now()), databased::renamed(&Note::remark, "Remark of it"),
    databased::check(databased::column(&Note::weight) < 1000 && databased::column(&Note::body) != ""));
inline const databased::Table seats =
    databased::table<Seat>("seats", databased::primary_key(&Seat::hall, &Seat::number), databased::index(&Seat::price));

inline const databased::Schema cinema{directors, movies, notes, seats};

}  // namespace support
