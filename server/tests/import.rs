//! The import of workbooks, mirroring `server/src/import/`.

mod import {
    mod book;
    mod changes;
    mod limits;
    mod normalised;
    mod other_district;
    mod real;
    mod refused;
    mod refused_rows;
    mod rubbish;
    mod shuffled;
}
