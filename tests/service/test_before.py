"""What upgrades are tried from is the release before, byte for byte, in any clone."""

from habeas.portal.site.releases import COMMIT, TREE
from tests.service.before import git, unpack


def test_the_archive_is_the_release_that_it_stands_for(tmp_path):
    unpack(tmp_path)
    git("init", "--quiet", at=tmp_path)
    git("-c", "core.autocrlf=false", "add", "--all", "--force", ".", at=tmp_path)
    assert git("rev-parse", f"{git('write-tree', at=tmp_path)}:packages", at=tmp_path) == TREE


def test_once_a_release_has_a_tag_it_is_the_one_that_upgrades_are_tried_from():
    """The newest one before what is being worked on; a clone without history knows of none."""
    here = git("rev-parse", "HEAD")
    tagged = git("tag", "--merged", "HEAD", "--sort=-version:refname", "--list", "v*").split()
    before = [each for each in tagged if git("rev-parse", f"{each}^{{commit}}") != here]
    assert not before or git("rev-parse", f"{before[0]}^{{commit}}") == COMMIT
