//! Whose state it is: the four kinds of tenant, for everything that is done to one tenant only.

/// A tenant by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tenant {
    /// A project: its assets (metastudio) and all its instances (roma).
    Project(String),
    /// One instance of a project (roma).
    Instance {
        /// The project.
        project_id: String,
        /// The instance.
        instance_id: String,
    },
    /// A library with all its spaces (smh).
    Library(String),
    /// One space of a library (smh).
    Space {
        /// The library.
        library_id: String,
        /// The space.
        space_id: String,
    },
}

impl Tenant {
    /// The tenant that parameters such as `project_id` name; none when they name nobody.
    ///
    /// # Errors
    /// What is wrong with them: an unknown or an empty one, one that is given twice, or two that do
    /// not go together.
    pub fn from_params<'p>(
        params: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Result<Option<Self>, String> {
        let names = ["project_id", "instance_id", "library_id", "space_id"];
        let mut values: [Option<String>; 4] = [None, None, None, None];
        for (name, value) in params {
            let Some(index) = names.iter().position(|known| *known == name) else {
                return Err(format!(
                    "unknown parameter {name:?}; known are {}",
                    names.join(", ")
                ));
            };
            if value.is_empty() {
                return Err(format!("{name} is empty"));
            }
            if values[index].replace(value.to_owned()).is_some() {
                return Err(format!("{name} is given twice: give one"));
            }
        }
        match values {
            [None, None, None, None] => Ok(None),
            [Some(project), None, None, None] => Ok(Some(Self::Project(project))),
            [Some(project_id), Some(instance_id), None, None] => Ok(Some(Self::Instance {
                project_id,
                instance_id,
            })),
            [None, None, Some(library), None] => Ok(Some(Self::Library(library))),
            [None, None, Some(library_id), Some(space_id)] => Ok(Some(Self::Space {
                library_id,
                space_id,
            })),
            _ => Err(
                "a tenant is project_id, project_id with instance_id, library_id, or library_id \
                 with space_id"
                    .to_owned(),
            ),
        }
    }

    /// Whether the project is meant, as a whole.
    pub(crate) fn is_project(&self, project: &str) -> bool {
        matches!(self, Self::Project(own) if own == project)
    }

    /// Whether the instance is meant, alone or with its project.
    pub(crate) fn has_instance(&self, project: &str, instance: &str) -> bool {
        match self {
            Self::Instance {
                project_id,
                instance_id,
            } => project_id == project && instance_id == instance,
            _ => self.is_project(project),
        }
    }

    /// Whether the library is meant, as a whole.
    pub(crate) fn is_library(&self, library: &str) -> bool {
        matches!(self, Self::Library(own) if own == library)
    }

    /// Whether the space is meant, alone or with its library.
    pub(crate) fn has_space(&self, library: &str, space: &str) -> bool {
        match self {
            Self::Space {
                library_id,
                space_id,
            } => library_id == library && space_id == space,
            _ => self.is_library(library),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_name_one_tenant_or_say_why_not() {
        let space = Tenant::from_params([("library_id", "l"), ("space_id", "s")]);
        let space = space.expect("sound").expect("somebody");
        assert!(space.has_space("l", "s") && !space.has_space("l", "t") && !space.is_library("l"));
        assert_eq!(Tenant::from_params([]), Ok(None));
        for wrong in [
            &[("space_id", "s")][..],
            &[("project_id", "p"), ("library_id", "l")],
            &[("project_id", "")],
            &[("project", "p")],
            &[("project_id", "p"), ("project_id", "p")],
        ] {
            assert!(Tenant::from_params(wrong.iter().copied()).is_err());
        }
    }
}
